import type { FormPorts } from "#studio/ui/form/form-ports.ts";
import { freshKey } from "#studio/ui/fresh-key.ts";

/** How forms of the app search records and store files. */
export const formPorts: FormPorts = {
  pick: async (type, text, where) => {
    const narrowed = where === undefined ? "" : `&where=${encodeURIComponent(JSON.stringify(where))}`;
    const response = await fetch(`/ui/pick/${encodeURIComponent(type)}?q=${encodeURIComponent(text)}${narrowed}`);
    return response.ok ? ((await response.json()) as { options: { value: string; label: string; note: string }[] }).options : [];
  },
  upload: async (file) => {
    const response = await fetch(`/api/v1/files?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      body: file,
      headers: { "Content-Type": file.type || "application/octet-stream", "Idempotency-Key": freshKey() },
    });
    if (!response.ok) throw new Error(`The file was refused with ${response.status}`);
    return (await response.json()) as { id: string; name: string };
  },
};
