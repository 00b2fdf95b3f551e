/** What the page of a public form sends: to its own address, without a session. Refusals come back as values. */
import type { Json, JsonObject } from "#engine/schema/json.ts";

export interface Refusal {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly reasons: readonly { readonly code: string; readonly message: string }[];
  readonly errors: readonly { readonly path: string; readonly message: string; readonly row?: number }[];
}

export type Told<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

export interface KeptFile {
  readonly id: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
}

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

export const submit = (address: string, payload: JsonObject): Promise<Told<{ readonly ref: string | null }>> =>
  send(address, JSON.stringify(payload), "application/json");

export const readSheet = (address: string, file: File): Promise<Told<{ readonly count: number; readonly rows: readonly JsonObject[] }>> =>
  send(`${address}/rows`, file, /\.xlsx$/i.test(file.name) ? XLSX : "text/csv");

export const keepFile = (address: string, file: File): Promise<Told<KeptFile>> =>
  send(`${address}/files?name=${encodeURIComponent(file.name)}`, file, file.type === "" ? "application/octet-stream" : file.type);

async function send<T>(url: string, body: string | File, type: string): Promise<Told<T>> {
  try {
    const answer = await fetch(url, { method: "POST", body, credentials: "omit", headers: { accept: "application/json", "content-type": type } });
    const said = (await answer.json()) as Json;
    return answer.ok ? { ok: true, value: said as T } : { ok: false, refusal: refusalOf(said as JsonObject) };
  } catch {
    return { ok: false, refusal: { title: "It did not arrive", detail: "Check your connection and try again.", code: "unreachable", reasons: [], errors: [] } };
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
