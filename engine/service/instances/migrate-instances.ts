/**
 * Moves running instances to another version of their machine, each in its own transaction and as an event of its own log:
 * states by a map, timers along with them. What does not fit the new version stays where it is, and is told.
 */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import { configurationAt, isStateOf } from "../../core/machine/configuration.ts";
import { MIGRATED } from "../../core/replay.ts";
import type { StateValue, TimerArm } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import { commitSend } from "../../store/commit-send.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { statePaths } from "../../store/instance-row.ts";
import { listInstances } from "../../store/instances.ts";
import { type TimerRow, timersOf } from "../../store/timers.ts";
import { dayIn } from "../work/ask-decision.ts";
import { authorize } from "../work/authorize.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork, openInstance } from "../work/in-work.ts";
import { inReading } from "../work/reading.ts";
import { requireOneOrg, type Scope } from "../work/scope.ts";
import type { Work } from "../work/work.ts";
import { toState } from "./transition.ts";

export interface MigrateInput {
  /** Key or id. */
  readonly machine: string;
  readonly fromVersion: string;
  readonly toVersion: string;
  /** Old state path -> new one; the longest path that fits a state counts, others stay. */
  readonly map?: Readonly<Record<string, string>>;
  readonly dryRun?: boolean;
}

export interface MigrateAnswer {
  readonly dryRun: boolean;
  readonly total: number;
  readonly migrated: number;
  readonly failed: number;
  readonly items: readonly {
    readonly instance: string;
    readonly key: string;
    readonly from: StateValue;
    readonly to: StateValue;
    readonly result: "migrated" | "failed";
    readonly problem?: string;
  }[];
}

const PERMISSION = "rules.publish";

/** - throws EngineError `permission_denied`, `definition_not_found` for a machine or version that is not stored, `org_required` */
export async function migrateInstances(engine: Engine, scope: Scope, input: MigrateInput): Promise<MigrateAnswer> {
  const org = requireOneOrg(scope);
  const { key, rows } = await inReading(engine, scope, async (reading) => {
    const [work] = reading.works;
    const act = {
      orgId: org.id,
      permissions: [PERMISSION],
      verb: "edit",
      hidden: "definition_not_found",
      forbidden: "permission_denied",
      what: "To migrate instances",
    } as const;
    authorize(work.ruling.program, scope, work.actor, act, { now: work.at, today: dayIn(org.timeZone, work.at) });
    const machine = work.ruling.program.resolve("machine", input.machine);
    if (machine === null) throw new EngineError("definition_not_found", `There is no machine "${input.machine}".`);
    await versionOf(work, machine, input.toVersion);
    return { key: machine, rows: await runningOn(work, machine, input.fromVersion) };
  });
  const items: MigrateAnswer["items"][number][] = [];
  for (const row of rows) {
    items.push(await inWork(engine, scope, org, (work) => migrateOne(work, key, row, input), { instanceId: row.id, dryRun: input.dryRun === true }));
  }
  const migrated = items.filter((item) => item.result === "migrated").length;
  return { dryRun: input.dryRun === true, total: items.length, migrated, failed: items.length - migrated, items };
}

async function versionOf(work: Work, machine: string, version: string): Promise<CompiledMachine> {
  const stored = await work.engine.programs.definition(work.tx, version);
  if (stored?.kind !== "machine" || stored.key !== machine) throw new EngineError("definition_not_found", `${machine} has no version ${version.slice(0, 64)}.`);
  return await work.engine.programs.machine(work.tx, work.ruling, machine, version);
}

async function runningOn(work: Work, machine: string, version: string): Promise<readonly InstanceRow[]> {
  const rows: InstanceRow[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listInstances>> = await listInstances(
      work.tx,
      { orgs: [work.org.id], machine, machineVersion: version, status: "active" },
      { limit: 200, cursor },
    );
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function migrateOne(work: Work, machineKey: string, row: InstanceRow, input: MigrateInput): Promise<MigrateAnswer["items"][number]> {
  const { instance, record } = await openInstance(work, row.id);
  const line = { instance: row.id, key: row.key, from: row.state };
  if (instance === null || instance.machineVersion !== input.fromVersion || instance.status !== "active") {
    return { ...line, to: row.state, result: "failed", problem: "it has moved on in the meantime" };
  }
  const machine = await versionOf(work, machineKey, input.toVersion);
  const map = input.map ?? {};
  const to = valueOfPaths(leavesOf(instance.state).map((path) => mapped(path, map)));
  if (!isStateOf(machine.chart, to)) return { ...line, from: instance.state, to, result: "failed", problem: "the new version has no such state" };
  const value = configurationAt(machine.chart, to).value;
  const timers = moveTimers(await timersOf(work.tx, instance.id), machine, value, map);
  const seq = instance.seq + 1;
  const payload: JsonObject = { from_version: input.fromVersion, to_version: input.toVersion, map };
  commitSend(work.tx, {
    orgId: work.org.id,
    instance: {
      id: instance.id,
      machine: machineKey,
      machineVersion: input.toVersion,
      key: instance.key,
      recordType: instance.recordType,
      recordId: instance.recordId,
      seq,
      snapshot: { ...instance.snapshot, value, history: {} },
      release: work.ruling.release,
      lastHash: instance.lastHash,
    },
    event: {
      at: work.at,
      actor: work.actor,
      type: MIGRATED,
      event: { type: MIGRATED, payload, via: "api" },
      facts: { record: record === null ? null : toState(record), bag: {} },
      decisions: [],
      effects: [],
      from: instance.state,
      to: value,
      seed: work.engine.seed(),
      override: null,
    },
    timers,
  });
  work.notices.push({ orgId: work.org.id, kind: "instance", id: instance.id, of: machineKey, seq });
  return { ...line, from: instance.state, to: value, result: "migrated" };
}

/** Paths of the atomic states. */
function leavesOf(value: StateValue): readonly string[] {
  const paths = statePaths(value);
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}.`)));
}

/** The path under its longest mapped ancestor (or itself). */
function mapped(path: string, map: Readonly<Record<string, string>>): string {
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const ancestor = parts.slice(0, length).join(".");
    const target = Object.hasOwn(map, ancestor) ? map[ancestor] : undefined;
    if (target !== undefined) return [target, ...parts.slice(length)].join(".");
  }
  return path;
}

interface Branch {
  readonly children: Map<string, Branch>;
}

/** A state value from the paths of its atomic states. */
function valueOfPaths(paths: readonly string[]): StateValue {
  const root: Branch = { children: new Map() };
  for (const path of paths) {
    let at = root;
    for (const name of path.split(".")) {
      const next = at.children.get(name) ?? { children: new Map() };
      at.children.set(name, next);
      at = next;
    }
  }
  return valueOfBranch(root);
}

function valueOfBranch(branch: Branch): StateValue {
  const [only, ...others] = [...branch.children];
  if (only !== undefined && others.length === 0 && only[1].children.size === 0) return only[0];
  return Object.fromEntries([...branch.children].map(([name, child]) => [name, valueOfBranch(child)]));
}

/** Timers go along under their new names; those of states or delays that are no more are cancelled. */
function moveTimers(
  timers: readonly TimerRow[],
  machine: CompiledMachine,
  value: StateValue,
  map: Readonly<Record<string, string>>,
): { readonly arm: readonly TimerArm[]; readonly cancel: readonly string[] } {
  const active = new Set(configurationAt(machine.chart, value).active);
  const known = new Set(machine.chart.nodes.filter((node) => active.has(node.index)).flatMap((node) => node.delays.map((delay) => delay.timer)));
  const arm: TimerArm[] = [];
  const cancel: string[] = [];
  for (const { name, dueAt } of timers) {
    const dot = name.lastIndexOf(".");
    const moved = dot < 0 ? name : `${mapped(name.slice(0, dot), map)}${name.slice(dot)}`;
    if (moved === name && known.has(name)) continue;
    cancel.push(name);
    if (known.has(moved)) arm.push({ name: moved, dueAt });
  }
  return { arm, cancel };
}
