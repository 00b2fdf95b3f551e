import { TextInput } from "@mantine/core";
import { useRef, useState } from "react";
import { Button } from "#studio/ui/button.tsx";
import { Icon } from "#studio/ui/icon.tsx";
import { type KeptFile, keepFile, type Refusal } from "./form-calls.ts";
import { RefusalNotice } from "./refusal-notice.tsx";

export interface NotedFile extends KeptFile {
  readonly note: string;
}

/** Files with a note each; a file is kept as soon as it is chosen. Notes may be written while another is on its way. */
export function FileList({
  address,
  hint,
  files,
  onBusy,
  onChange,
}: {
  address: string;
  /** Which files are taken. */
  hint: string | null;
  files: readonly NotedFile[];
  onBusy: (isBusy: boolean) => void;
  onChange: (step: (files: readonly NotedFile[]) => readonly NotedFile[]) => void;
}) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<readonly { readonly file: string; readonly refusal: Refusal }[]>([]);
  const input = useRef<HTMLInputElement>(null);
  const choose = async (chosen: readonly File[]): Promise<void> => {
    setBusy(true);
    onBusy(true);
    setRefused([]);
    for (const file of chosen) {
      const told = await keepFile(address, file);
      if (told.ok) onChange((before) => [...before, { ...told.value, note: "" }]);
      else setRefused((before) => [...before, { file: file.name, refusal: told.refusal }]);
    }
    onBusy(false);
    setBusy(false);
  };
  return (
    <div className="stack tight">
      {files.length === 0 ? null : (
        <ul className="form-files">
          {files.map((file) => (
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
                  onChange((before) => before.map((each) => (each.id === file.id ? { ...each, note } : each)));
                }}
              />
              <Button
                tone="plain"
                icon="trash"
                aria-label={`Remove ${file.name}`}
                onClick={() => onChange((before) => before.filter(({ id }) => id !== file.id))}
              />
            </li>
          ))}
        </ul>
      )}
      {refused.map(({ file, refusal }) => (
        <RefusalNotice key={file} refusal={refusal} title={`${file} was not taken`} />
      ))}
      <div className="form-sheet">
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
        {hint === null ? null : <p className="small quiet">{hint}</p>}
      </div>
    </div>
  );
}

const sizeOf = (bytes: number): string => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
