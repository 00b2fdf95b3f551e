/** How often the gates of a machine were open, blocked or overridden in the last 30 days, for the studio's inspector. */
import { idOf } from "../../core/program.ts";
import { talliesSince } from "../../store/gate-tallies.ts";
import { inStudio } from "../definitions/studio-work.ts";
import type { Engine } from "../work/engine-context.ts";
import type { Scope } from "../work/scope.ts";

export interface GateRate {
  readonly open: number;
  readonly blocked: number;
  readonly overridden: number;
}

const DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;

/** By the gate's key, and by its bare id; over the orgs that the scope chose. */
export async function gateRates(engine: Engine, scope: Scope, input: { readonly machine: string }): Promise<Readonly<Record<string, GateRate>>> {
  const key = await inStudio(engine, scope, "rules.view", async (work) => work.ruling.program.resolve("machine", input.machine) ?? input.machine);
  await engine.gateTally.flush();
  const since = new Date(Date.parse(engine.clock.now()) - DAYS * DAY_MS).toISOString().slice(0, 10);
  const sums = await engine.store.work({ orgs: scope.orgs.map((org) => org.id), actorId: scope.principal.id }, (tx) => talliesSince(tx, key, since));
  return Object.fromEntries(
    [...sums].flatMap(([gate, { opened, shut, overridden }]) => [gate, idOf(gate)].map((name) => [name, { open: opened, blocked: shut, overridden }])),
  );
}
