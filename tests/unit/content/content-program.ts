/** The content as one program: what a release of all packs would be. Used by the content tests only. */
import { hashDefinition } from "#engine/core/canonical.ts";
import { createProgram, type Program } from "#engine/core/program.ts";
import type { Definition } from "#engine/schema/definition.ts";
import type { Json } from "#engine/schema/json.ts";
import { type ContentFile, readContent } from "./content-files.ts";

export const files: readonly ContentFile[] = readContent();

export const program: Program = createProgram(
  files.map((file) => ({
    kind: file.kind,
    key: String(file.content["key"]),
    hash: hashDefinition(file.content as Json),
    content: file.content as unknown as Definition,
  })),
);
