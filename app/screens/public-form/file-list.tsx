import { TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { type KeptFile, keepFile, type Refusal } from "./form-calls.ts";
import { RefusalNotice } from "./refusal-notice.tsx";

export interface NotedFile extends KeptFile {
  readonly note: string;
}

/** Files with a note each; a file is kept as soon as it is chosen. */
export function FileList({ address, files, onChange }: { address: string; files: readonly NotedFile[]; onChange: (files: readonly NotedFile[]) => void }) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ readonly file: string; readonly refusal: Refusal } | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const choose = async (chosen: readonly File[]): Promise<void> => {
    setBusy(true);
    setRefused(null);
    let kept = files;
    for (const file of chosen) {
      const told = await keepFile(address, file);
      if (told.ok) kept = [...kept, { ...told.value, note: "" }];
      else setRefused({ file: file.name, refusal: told.refusal });
      onChange(kept);
    }
    setBusy(false);
  };
  return (
    <div className="stack tight">
      {files.length === 0 ? null : (
        <ul className="form-files">
          {files.map((file, index) => (
            <li key={file.id}>
              <Icon name="doc" />
              <span className="clip">
                {file.name} <span className="quiet nowrap">{sizeOf(file.size)}</span>
              </span>
              <TextInput
                aria-label={`Note for ${file.name}`}
                placeholder="Note (optional)"
                maxLength={2000}
                value={file.note}
                onChange={(event) => {
                  const note = event.currentTarget.value;
                  onChange(files.map((each, at) => (at === index ? { ...each, note } : each)));
                }}
              />
              <Button tone="plain" icon="trash" aria-label={`Remove ${file.name}`} onClick={() => onChange(files.filter((_, at) => at !== index))} />
            </li>
          ))}
        </ul>
      )}
      {refused === null ? null : <RefusalNotice refusal={refused.refusal} title={`${refused.file} was not taken`} />}
      <div>
        <input
          ref={input}
          type="file"
          multiple
          className="visually-hidden"
          aria-label="Files"
          tabIndex={-1}
          onChange={(event) => {
            const chosen = [...(event.currentTarget.files ?? [])];
            event.currentTarget.value = "";
            if (chosen.length > 0) void choose(chosen);
          }}
        />
        <Button icon="plus" busy={busy} onClick={() => input.current?.click()}>
          Add a file
        </Button>
      </div>
    </div>
  );
}

const sizeOf = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
