/**
 * After an org's setting has changed, or another release has come into force for it: timers that wait are due when their delay now
 * says so, counted from when they were armed.
 *
 * Asked for by an outbox row (`op: "timers"`) of the change itself, so that it is done once the change holds, whatever becomes of the
 * process. When a timer is due is no part of an instance's history, only that it fired: replays stay what they are. A timer whose
 * delay says the same before and after the change stays where it is, also where its record has changed since. So does one that
 * a migration renamed: nobody knows when it was armed.
 */
import { type Due, dueOf } from "../../core/delay.ts";
import { EngineError } from "../../core/errors.ts";
import { requestFor } from "../../core/facts/requests.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { MIGRATED } from "../../core/replay.ts";
import type { EngineEvent, FactBag, FactRequest, Instant } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import { listActivations, releaseAt } from "../../store/activations.ts";
import { settingVersions } from "../../store/settings.ts";
import { moveTimers, type WaitingTimer, waitingTimers } from "../../store/timers.ts";
import { askAgain, type Rearming } from "../work/ask-to-rearm.ts";
import { createFactLoader, MAX_FACT_ROUNDS } from "../work/fact-loader.ts";
import type { Ruling } from "../work/program-cache.ts";
import type { FactLoader, Work } from "../work/work.ts";

/** Timers that one transaction looks at. */
const PAGE = 200;
/** An act that was under way meanwhile may arm by what held before: it is through by then. */
const SECOND_LOOK_MS = 60_000;

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
  if (last !== undefined) await askAgain(work, { ...asked, after: { instanceId: last.instanceId, name: last.name } }, work.at);
  else if (!asked.again) await askAgain(work, { ...asked, after: null, again: true }, new Date(Date.parse(work.at) + SECOND_LOOK_MS).toISOString());
  return { outcome: "rearmed", looked: timers.length, moved: moves.length, from: null };
}

interface TimerDues {
  readonly timer: WaitingTimer;
  readonly was: Instant | null;
  readonly now: Instant | null;
}

/** What a delay is asked under: the definitions, the facts that are loaded for them, and those that are given. */
interface Side {
  readonly ruling: Ruling;
  readonly loader: FactLoader;
  readonly given: FactBag;
}
/** The side before the change and the one that holds; null for an instance that it means nothing to. */
type Sides = (timer: WaitingTimer) => readonly [was: Side, now: Side] | null;

/** What each delay says on both sides; facts are loaded for all timers together. */
async function duesOf(work: Work, asked: Rearming, timers: readonly WaitingTimer[]): Promise<readonly TimerDues[]> {
  const sidesOf = "activation" in asked ? await sidesOfActivation(work, asked.activation, timers) : await sidesOfSettings(work, asked);
  const machines = new Map<string, CompiledMachine>();
  for (const { machine, machineVersion } of timers) {
    if (!machines.has(machineVersion)) machines.set(machineVersion, await work.engine.programs.machine(work.tx, work.ruling, machine, machineVersion));
  }
  const dueUnder = (timer: WaitingTimer, { ruling, loader, given }: Side): Due => {
    const { record, snapshot, key: name, instanceSeq, armedAt, event } = timer;
    return dueOf(ruling.program, machines.get(timer.machineVersion)!, timer.name, {
      ...{ record, snapshot, event: event as unknown as EngineEvent, instance: { id: timer.instanceId, key: name, seq: instanceSeq } },
      ...{ facts: { ...loader.bag(), ...given }, actor: work.actor, org: work.org, now: armedAt },
    });
  };
  let open = timers.filter(({ event }) => event["type"] !== MIGRATED);
  const dues: TimerDues[] = [];
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const wanted = new Map<FactLoader, Map<string, FactRequest>>();
    const missing: WaitingTimer[] = [];
    for (const timer of open) {
      const sides = sidesOf(timer);
      if (sides === null) continue;
      const [was, now] = sides.map((side) => dueUnder(timer, side)) as [Due, Due];
      if (was.kind === "due" && now.kind === "due") dues.push({ timer, was: was.at, now: now.at });
      else missing.push(timer);
      for (const [index, due] of [was, now].entries()) {
        if (due.kind !== "needs") continue;
        const { loader } = sides[index]!;
        const requests = wanted.get(loader) ?? new Map<string, FactRequest>();
        for (const request of due.requests) requests.set(request.key, request);
        wanted.set(loader, requests);
      }
    }
    if (missing.length === 0) return dues;
    open = missing;
    for (const [loader, requests] of wanted) await loader.load([...requests.values()]);
  }
  throw new EngineError("limit_exceeded", `Delays asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/** The org's values over the defaults: before the change, and those in force, which may be newer than what the change made of them. */
async function sidesOfSettings(work: Work, { settings, from }: { readonly settings: string; readonly from: number }): Promise<Sides> {
  const versions = await settingVersions(work.tx, work.org.id, settings);
  const { defaults = {} } = work.ruling.program.settings(settings) ?? {};
  const { key } = requestFor.settings(settings);
  const under = { ruling: work.ruling, loader: createFactLoader(work) };
  const was = { ...under, given: { [key]: { ...defaults, ...versions.find(({ version }) => version === from)?.values } } };
  const now = { ...under, given: { [key]: { ...defaults, ...versions[0]?.values } } };
  return () => [was, now];
}

/** For each instance the release that it would follow without the activation, and the one that it follows; none where it was called off. */
async function sidesOfActivation(work: Work, activation: string, timers: readonly WaitingTimer[]): Promise<Sides> {
  const rows = await listActivations(work.tx, work.org.id);
  const place = rows.findIndex(({ id }) => id === activation);
  const older = place < 0 ? rows : rows.slice(place + 1);
  const releasesOf = ({ instanceId }: WaitingTimer) => [releaseAt(older, work.at, instanceId), releaseAt(rows, work.at, instanceId)] as const;
  const sides = new Map<number, Side>();
  for (const number of new Set(timers.flatMap((timer) => releasesOf(timer)))) {
    if (number === null) continue;
    const ruling = await work.engine.programs.release(work.tx, number);
    sides.set(number, { ruling, loader: createFactLoader({ ...work, ruling }), given: {} });
  }
  return (timer) => {
    const [was, now] = releasesOf(timer);
    return was === null || now === null || was === now ? null : [sides.get(was)!, sides.get(now)!];
  };
}
