/** What the page of a public form sends: to its own address, without a session. Refusals come back as values. */
import type { Json, JsonObject } from "#engine/schema/json.ts";

export interface Refusal {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly errors: readonly { readonly path: string; readonly message: string; readonly code?: string; readonly row?: number }[];
}

export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export interface KeptFile {
  readonly id: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
}

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** - `key`: the same one for every try with the same text */
export const submit = (address: string, text: string, key: string): Promise<Told<{ readonly ref: string | null }>> =>
  send(address, text, "application/json", { "idempotency-key": key });

export const readSheet = (address: string, file: File): Promise<Told<{ readonly count: number; readonly rows: readonly JsonObject[] }>> =>
  send(`${address}/rows`, file, /\.xlsx$/i.test(file.name) ? XLSX : "text/csv");

export const keepFile = (address: string, file: File): Promise<Told<KeptFile>> =>
  send(`${address}/files?name=${encodeURIComponent(file.name)}`, file, file.type === "" ? "application/octet-stream" : file.type);

async function send<T>(url: string, body: string | File, type: string, more: Readonly<Record<string, string>> = {}): Promise<Told<T>> {
  try {
    const headers = { accept: "application/json", "content-type": type, ...more };
    const answer = await fetch(url, { method: "POST", body, credentials: "omit", headers });
    const said = (await answer.json()) as Json;
    return answer.ok ? { ok: true, value: said as T } : { ok: false, refusal: refusalOf(said as JsonObject) };
  } catch {
    return {
      ok: false,
      refusal: {
        title: "It did not arrive",
        detail: "Check your connection and try again; what you have filled in stays here.",
        code: "unreachable",
        reasons: [],
        errors: [],
      },
    };
  }
}

function refusalOf(problem: JsonObject): Refusal {
  return {
    title: String(problem["title"] ?? "It was not taken"),
    detail: String(problem["detail"] ?? ""),
    code: String(problem["code"] ?? ""),
    reasons: (problem["reasons"] ?? []) as unknown as Refusal["reasons"],
    errors: (problem["errors"] ?? []) as unknown as Refusal["errors"],
  };
}
