import type { JsonObject } from "#engine/schema/json.ts";

/** How a form reaches outside: the caller searches records and stores files. */
export interface FormPorts {
  /** `where`: what the records offered have, field by field. */
  readonly pick?: (
    type: string,
    text: string,
    where?: JsonObject,
  ) => Promise<readonly { readonly value: string; readonly label: string; readonly note?: string }[]>;
  /** Titles of what is chosen already, by id. */
  readonly titles?: Readonly<Record<string, string>>;
  readonly upload?: (file: File) => Promise<{ readonly id: string; readonly name: string }>;
}
