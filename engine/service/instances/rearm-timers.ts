/**
 * After an org's setting has changed: timers that wait are due when their delay now says so, counted from when they were armed.
 *
 * Asked for by an outbox row (`op: "timers"`) of the change itself, so that it is done once the change holds, whatever becomes of the
 * process. When a timer is due is no part of an instance's history, only that it fired: replays stay what they are. A timer whose
 * delay says the same under the old and the new values stays where it is, also where its record has changed since. So does one that
 * a migration renamed: nobody knows when it was armed.
 */
import { type Due, dueOf } from "../../core/delay.ts";
import { EngineError } from "../../core/errors.ts";
import { requestFor } from "../../core/facts/requests.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { MIGRATED } from "../../core/replay.ts";
import type { EngineEvent, FactRequest, Instant } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { addOutbox } from "../../store/outbox.ts";
import { settingVersions } from "../../store/settings.ts";
import { moveTimers, type WaitingTimer, waitingTimers } from "../../store/timers.ts";
import { createFactLoader, MAX_FACT_ROUNDS } from "../work/fact-loader.ts";
import type { Work } from "../work/work.ts";

/** Timers that one transaction looks at. */
const PAGE = 200;
/** An act that was under way while the setting changed may arm by the old values: it is through by then. */
const SECOND_LOOK_MS = 60_000;

export interface Rearming {
  /** Key of the settings definition. */
  readonly settings: string;
  /** Version of the org's values before the change; 0: there were none. */
  readonly from: number;
  readonly to: number;
  readonly after: { readonly instanceId: string; readonly name: string } | null;
  /** The look that follows a minute later. */
  readonly again: boolean;
}

/** Asks for the look at an org's timers; queued, it flies with the commit. */
export async function askToRearm(work: Work, asked: Rearming, notBefore: Instant = work.at): Promise<void> {
  const { settings, from, to, after, again } = asked;
  const place = after === null ? "" : `:${after.instanceId}:${after.name}`;
  const row = {
    key: `settings:${settings}:${to}:timers${again ? ":again" : ""}${place}`,
    kind: "remote",
    payload: { op: "timers", org: work.org.id, settings, from, to, after: after === null ? null : { ...after }, again },
    subject: null,
    nextAttempt: notBefore,
    instanceId: null,
  };
  await addOutbox(work.tx, work.org.id, [row], work.at);
  work.hasWork = true;
}

/** Looks at one page of timers and asks for the next one. */
export async function rearmTimers(work: Work, body: JsonObject): Promise<JsonObject> {
  const asked = body as unknown as Rearming;
  const timers = await waitingTimers(work.tx, { orgId: work.org.id, orgCode: work.org.code, after: asked.after, limit: PAGE });
  const moves = (await duesOf(work, asked, timers)).flatMap(({ timer, was, now }) =>
    now === null || now === was || now === timer.dueAt ? [] : [{ timer, dueAt: now }],
  );
  const moved = new Set(await moveTimers(work.tx, work.org.id, moves));
  for (const { instanceId: id, machine: of, instanceSeq: seq } of timers) {
    if (moved.delete(id)) work.notices.push({ orgId: work.org.id, kind: "instance", id, of, seq });
  }
  if (moves.length > 0) work.hasWork = true;
  const last = timers.length < PAGE ? undefined : timers.at(-1);
  if (last !== undefined) await askToRearm(work, { ...asked, after: { instanceId: last.instanceId, name: last.name } });
  else if (!asked.again) await askToRearm(work, { ...asked, after: null, again: true }, new Date(Date.parse(work.at) + SECOND_LOOK_MS).toISOString());
  return { outcome: "rearmed", looked: timers.length, moved: moves.length, from: null };
}

interface TimerDues {
  readonly timer: WaitingTimer;
  readonly was: Instant | null;
  readonly now: Instant | null;
}

/** What each delay says under the values before the change and under those that hold; facts are loaded for all of them together. */
async function duesOf(work: Work, asked: Rearming, timers: readonly WaitingTimer[]): Promise<readonly TimerDues[]> {
  const loader = createFactLoader(work);
  const { key } = requestFor.settings(asked.settings);
  const [before, after] = await valuesOf(work, asked);
  const machines = new Map<string, CompiledMachine>();
  for (const { machine, machineVersion } of timers) {
    if (!machines.has(machineVersion)) machines.set(machineVersion, await work.engine.programs.machine(work.tx, work.ruling, machine, machineVersion));
  }
  const dueUnder = (timer: WaitingTimer, values: Json): Due => {
    const { record, snapshot, key: name, instanceSeq, armedAt, event } = timer;
    return dueOf(work.ruling.program, machines.get(timer.machineVersion)!, timer.name, {
      ...{ record, snapshot, event: event as unknown as EngineEvent, instance: { id: timer.instanceId, key: name, seq: instanceSeq } },
      ...{ facts: { ...loader.bag(), [key]: values }, actor: work.actor, org: work.org, now: armedAt },
    });
  };
  let open = timers.filter(({ event }) => event["type"] !== MIGRATED);
  const dues: TimerDues[] = [];
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const requests = new Map<string, FactRequest>();
    const missing: WaitingTimer[] = [];
    for (const timer of open) {
      const [was, now] = [dueUnder(timer, before), dueUnder(timer, after)];
      if (was.kind === "due" && now.kind === "due") dues.push({ timer, was: was.at, now: now.at });
      else missing.push(timer);
      for (const due of [was, now]) if (due.kind === "needs") for (const request of due.requests) requests.set(request.key, request);
    }
    if (missing.length === 0) return dues;
    open = missing;
    await loader.load([...requests.values()]);
  }
  throw new EngineError("limit_exceeded", `Delays asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/** The org's values over the defaults: before the change, and those in force, which may be newer than what the change made of them. */
async function valuesOf(work: Work, { settings, from }: Rearming): Promise<readonly [JsonObject, JsonObject]> {
  const versions = await settingVersions(work.tx, work.org.id, settings);
  const { defaults = {} } = work.ruling.program.settings(settings) ?? {};
  const before = versions.find(({ version }) => version === from)?.values;
  return [
    { ...defaults, ...before },
    { ...defaults, ...versions[0]?.values },
  ];
}
