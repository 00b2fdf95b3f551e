/** UUIDs of version 7 for what the services create themselves, outside any step. */
import { SeedIds } from "../../core/acts/seed-ids.ts";
import type { Instant } from "../../core/step-types.ts";

/** The same instant, seed and name give the same id, so that a transaction that is tried again with its seed repeats itself. */
export function freshId(at: Instant, seed: string, name = ""): string {
  return new SeedIds(`${seed}/${name}`, Date.parse(at)).uuid();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}
