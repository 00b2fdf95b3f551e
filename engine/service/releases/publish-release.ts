/** Publishes a draft as the next release: checks it, freezes its definitions by hash, writes the manifest. */
import { EngineError } from "../../core/errors.ts";
import type { Json } from "../../schema/json.ts";
import { saveDefinitions } from "../../store/definitions.ts";
import { draftAuthors, updateDraft } from "../../store/drafts.ts";
import { loadOrg } from "../../store/people.ts";
import { loadRelease, type ReleaseRow, createRelease as storeRelease } from "../../store/releases.ts";
import { conflictsOf, draftVersions, hashText, requireOpenDraft } from "../definitions/draft-program.ts";
import { inStudio } from "../definitions/studio-work.ts";
import type { Engine } from "../work/engine-context.ts";
import { type Answer, answeredBefore, type Keyed, once } from "../work/idempotency.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, type Work } from "../work/work.ts";
import { type CheckReport, checkLoaded, loadDraftForCheck } from "./check-draft.ts";
import { type ReleaseView, toReleaseView } from "./release-view.ts";

export interface PublishInput extends Keyed {
  readonly draft: string;
  readonly note: string;
  /** Id of a replay job whose result goes into the release's checks. */
  readonly replay?: string;
}

/**
 * Makes a release of a draft. It is pending where the org demands four eyes, otherwise approved at once.
 *
 * - 422 `checks_failed` with the whole report: nothing is published
 * - 409 `draft_conflict` where the release in force has changed what the draft changes: rebase first
 */
export async function createRelease(engine: Engine, scope: Scope, input: PublishInput): Promise<Answer<ReleaseView>> {
  // Checked outside the transaction that publishes: compiling everything takes longer than a lock should be held.
  const loaded = await inStudio(engine, scope, "rules.edit", async (work) => {
    const known = await answeredBefore<ReleaseView>(work, input.idempotency);
    if (known !== null) return known;
    await requireOpenDraft(work.tx, input.draft);
    return await loadDraftForCheck(work, input.draft);
  });
  if ("replayed" in loaded) return loaded;
  if (loaded.state.changes.length === 0) throw new EngineError("checks_failed", "The draft changes nothing.", { checks: null });
  const checks = await checkLoaded(loaded);
  if (!checks.ok) throw new EngineError("checks_failed", sentenceOf(checks), { checks });
  const checkedAs = JSON.stringify(loaded.state.manifest);

  return await inStudio(engine, scope, "rules.edit", (work) => once(work, input.idempotency, 201, () => publishIn(work, input, checks, checkedAs)));
}

/** - `checkedAs`: the manifest that the checks were about */
async function publishIn(work: Work, input: PublishInput, checks: CheckReport, checkedAs: string): Promise<ReleaseView> {
  const draft = await requireOpenDraft(work.tx, input.draft);
  const { state } = await loadDraftForCheck(work, draft.id);
  if (JSON.stringify(state.manifest) !== checkedAs) throw new EngineError("draft_conflict", "The draft was changed while it was checked.", { conflicts: [] });
  const current = await loadRelease(work.tx, work.ruling.release);
  const conflicts = conflictsOf(state, current?.manifest ?? {});
  if (conflicts.length > 0)
    throw new EngineError("draft_conflict", `Release ${work.ruling.release} has changed ${conflicts.map((one) => one.key).join(", ")} since.`, { conflicts });
  const own = (await draftVersions(work.tx, state)).filter((version) =>
    state.changes.some(
      (change) => change.kind === version.kind && change.key === version.key && change.content !== null && hashText(change.content) === version.hash,
    ),
  );
  await saveDefinitions(work.tx, own, work.actor.id, work.at);
  const org = await loadOrg(work.tx, work.org.id);
  const authors = await draftAuthors(work.tx, draft.id);
  const release = await storeRelease(work.tx, {
    base: draft.base,
    authors: authors.includes(draft.createdBy) ? authors : [...authors, draft.createdBy],
    createdBy: work.actor.id,
    createdAt: work.at,
    note: input.note,
    // A draft on an older base must not undo what came since.
    manifest: withChanges(current?.manifest ?? state.baseManifest, state.manifest, state.changes),
    checks: summaryOf(checks, input.replay),
    state: org?.fourEyes === false ? "approved" : "pending",
  });
  await updateDraft(work.tx, draft.id, { status: "published", at: work.at });
  auditAttempt(work, "release_published", { type: "release", id: String(release.number) }, { draft: draft.id, note: input.note, state: release.state });
  work.notices.push({ orgId: work.org.id, kind: "release", id: String(release.number), of: release.state });
  return toReleaseView(release, []);
}

function withChanges(
  current: ReleaseRow["manifest"],
  drafted: ReleaseRow["manifest"],
  changes: readonly { readonly kind: string; readonly key: string }[],
): ReleaseRow["manifest"] {
  const manifest: Record<string, string> = { ...current };
  for (const { kind, key } of changes) {
    const hash = drafted[`${kind}/${key}`];
    if (hash === undefined) delete manifest[`${kind}/${key}`];
    else manifest[`${kind}/${key}`] = hash;
  }
  return manifest;
}

function sentenceOf(checks: CheckReport): string {
  const problem = [checks.schema, checks.references, checks.lints, checks.proofs]
    .flatMap((section) => section.problems)
    .find((one) => one.severity === "error");
  if (problem !== undefined) return `${problem.kind} ${problem.key}: ${problem.message}`;
  const [failure] = checks.tests.failures;
  return failure === undefined ? "The checks fail." : `${failure.kind} ${failure.key}, test "${failure.test}": ${failure.differences[0] ?? "fails"}`;
}

/** What the release keeps of the report. */
function summaryOf(checks: CheckReport, replay: string | undefined): Json {
  const warnings = [...checks.references.problems, ...checks.lints.problems, ...checks.proofs.problems].filter(
    (problem) => problem.severity === "warning",
  ).length;
  return {
    ok: checks.ok,
    changed: checks.changed,
    warnings,
    tests: { total: checks.tests.total, passed: checks.tests.passed },
    ...(replay === undefined ? {} : { replay }),
  };
}
