import { FileInput } from "@mantine/core";
import { useState } from "react";
import type { Json } from "#engine/schema/json.ts";
import { Icon } from "../icon.tsx";
import type { FormPorts } from "./form-ports.ts";

/** Stores a file when it is chosen; the form keeps its id. */
export function FileField({
  value,
  onChange,
  ports,
  error,
  ...shared
}: {
  value: string;
  onChange: (value: Json | undefined) => void;
  ports: FormPorts;
  label: string;
  required: boolean;
  disabled: boolean;
  description?: string;
  error?: string;
}) {
  const [name, setName] = useState<string | null>(null);
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const choose = async (file: File | null): Promise<void> => {
    if (file === null) {
      setName(null);
      onChange(undefined);
      return;
    }
    if (ports.upload === undefined) return;
    setState("busy");
    try {
      const stored = await ports.upload(file);
      setName(stored.name);
      onChange(stored.id);
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  const message = state === "failed" ? "The file could not be stored. Choose it again." : error;
  return (
    <FileInput
      {...shared}
      {...(message === undefined ? {} : { error: message })}
      placeholder={state === "busy" ? "Storing the file" : (name ?? (value === "" ? "Choose a file" : "A file is attached"))}
      leftSection={<Icon name="doc" />}
      clearable
      clearButtonProps={{ "aria-label": "Clear" }}
      onChange={(file) => void choose(file)}
    />
  );
}
