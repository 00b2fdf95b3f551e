/** An import in the background: every row is checked first; then what is good is written in one transaction, or nothing. */
import { EngineError } from "../../core/errors.ts";
import type { OrgContext } from "../../core/step-types.ts";
import type { JsonObject } from "../../schema/json.ts";
import { addImportRows, failSilentImports, takeTime, updateImport } from "../../store/imports.ts";
import { countAnew } from "../../store/statistics.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { inWork } from "../work/in-work.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, healable, type Work } from "../work/work.ts";
import { type CheckedRow, checkRows, createRowCheck } from "./check-rows.ts";
import type { Column } from "./import-columns.ts";
import { type ImportFile, piecesOf } from "./import-file.ts";
import { STOPPED, silentBefore } from "./import-silence.ts";
import { type Told, tellInstances, writeRows } from "./write-rows.ts";

export interface ImportPlan {
  readonly id: string;
  /** Name of the record type. */
  readonly type: string;
  readonly file: ImportFile;
  readonly columns: readonly Column[];
  readonly defaults: JsonObject;
  readonly isTrial: boolean;
  readonly isAtomic: boolean;
}

interface Counts {
  readonly created: number;
  readonly unchanged: number;
  readonly failed: number;
}

/** Jobs of this process. */
const underWay = new Set<string>();
const HEARTBEAT_MS = 10_000;

/** Ends the jobs of processes that stopped in the middle; gives how many. Called at every beat of the relay. */
export async function settleDeadImports(engine: Engine): Promise<number> {
  const at = engine.clock.now();
  const before = silentBefore(at);
  return await engine.store.single({ orgs: "system", actorId: "system" }, (tx) => failSilentImports(tx, { before, at, error: STOPPED, except: [...underWay] }));
}

/** Ends a job that somebody has cancelled. Never leaves this file. */
class Cancelled extends EngineError {
  constructor() {
    super("unavailable", "The import was cancelled.");
  }
}

/** More new records than this may be a large part of all. */
const MANY = 500;

/** Never rejects: a fault ends in the job's row and in the log. */
export async function runImport(engine: Engine, scope: Scope, org: OrgContext, plan: ImportPlan): Promise<void> {
  underWay.add(plan.id);
  const report = async (change: Parameters<typeof updateImport>[2] | Omit<Parameters<typeof updateImport>[2], "at">): Promise<void> => {
    const row = await engine.store.single({ orgs: [org.id], actorId: scope.principal.id }, (tx) =>
      updateImport(tx, plan.id, { at: engine.clock.now(), ...change }),
    );
    if (row === null) throw new Cancelled();
    engine.changes.publish([{ orgId: org.id, kind: "record", id: plan.id, of: plan.type }]);
  };
  // Pieces may be far apart: instances are told at the end of all.
  const heartbeat = setInterval(() => void report({}).catch(() => undefined), HEARTBEAT_MS).unref();
  try {
    const { counts, bad } = await check(engine, scope, org, plan, report);
    if (plan.isTrial) return await report({ status: "done", ...counts });
    if (plan.isAtomic && counts.failed > 0)
      return await report({ status: "refused", ...counts, error: `${counts.failed} rows do not fit; nothing was written.` });
    await report({ status: "writing", done: 0, ...counts });
    await inWork(engine, scope, org, async (work) => {
      await takeTime(work.tx);
      await write(work, plan, bad, report);
    });
    if (counts.created > MANY) await countAnew(engine.store);
  } catch (error) {
    if (error instanceof Cancelled) return;
    engine.log.error({ import: plan.id, err: error }, "An import failed");
    const message = error instanceof EngineError && error.code !== "internal" ? error.message : "Something failed on our side; nothing was written.";
    await report({ status: "failed", error: message }).catch((fault: unknown) =>
      engine.log.error({ import: plan.id, err: fault }, "A failed import could not be marked"),
    );
  } finally {
    clearInterval(heartbeat);
    underWay.delete(plan.id);
  }
}

type Report = (change: Omit<Parameters<typeof updateImport>[2], "at">) => Promise<void>;

/** Every piece in a transaction of its own; keeps the rows that do not fit. */
async function check(
  engine: Engine,
  scope: Scope,
  org: OrgContext,
  plan: ImportPlan,
  report: Report,
): Promise<{ readonly counts: Counts; readonly bad: ReadonlySet<number> }> {
  let counts: Counts = { created: 0, unchanged: 0, failed: 0 };
  const bad = new Set<number>();
  let done = 0;
  let rowCheck: ReturnType<typeof createRowCheck> | null = null;
  for (const rows of piecesOf(plan.file)) {
    const checked = await inWork(engine, scope, org, async (work) => {
      rowCheck ??= openCheck(work, plan);
      const found = await checkRows(work, rowCheck, rows);
      const failed = found.flatMap((row) =>
        row.result === "failed" ? [{ row: row.row, result: row.result, recordId: null, errors: row.errors as never }] : [],
      );
      addImportRows(work.tx, org.id, plan.id, failed);
      return found;
    });
    for (const row of checked) if (row.result === "failed") bad.add(row.row);
    counts = added(counts, checked);
    done += rows.length;
    await report({ done, ...counts });
  }
  return { counts, bad };
}

function openCheck(work: Work, plan: ImportPlan): ReturnType<typeof createRowCheck> {
  return createRowCheck(recordTypeOf(work.ruling.program, plan.type), plan.columns, plan.defaults);
}

/** One transaction over all pieces. What does not fit now, although it did before, ends an atomic import. */
async function write(work: Work, plan: ImportPlan, bad: ReadonlySet<number>, report: Report): Promise<void> {
  const rowCheck = openCheck(work, plan);
  const told: Told = new Map();
  let counts: Counts = { created: 0, unchanged: 0, failed: 0 };
  let done = 0;
  for (const rows of piecesOf(plan.file)) {
    const checked = await checkRows(work, rowCheck, rows);
    counts = added(counts, checked);
    if (plan.isAtomic && counts.failed > 0) throw changedMeanwhile();
    // Those that did not fit before were kept by the check.
    const fresh = checked.filter((row) => row.result !== "failed" || !bad.has(row.row));
    try {
      await writeRows(work, rowCheck.type, plan.id, fresh, told);
    } catch (error) {
      if (error instanceof EngineError && error.code === "unique_taken") throw healable(error);
      throw error;
    }
    done += rows.length;
    await report({ done });
  }
  await tellInstances(work, rowCheck.type, plan.id, told);
  auditAttempt(work, "import_written", { type: "import", id: plan.id }, { type: plan.type, ...counts });
  if ((await updateImport(work.tx, plan.id, { status: "done", ...counts, at: work.at })) === null) throw new Cancelled();
}

const changedMeanwhile = (): EngineError =>
  new EngineError("import_invalid", "What the rows refer to has changed since they were checked; nothing was written. Import the file again.");

function added(counts: Counts, checked: readonly CheckedRow[]): Counts {
  const count = (result: CheckedRow["result"]): number => checked.filter((row) => row.result === result).length;
  return { created: counts.created + count("created"), unchanged: counts.unchanged + count("unchanged"), failed: counts.failed + count("failed") };
}
