/**
 * Forms for people without an account: a machine's `publicForm`. The link carries a secret of 256 bits that is told once and
 * kept only as its SHA-256; looking at the form never uses it up, submitting it moves the machine under a row lock, so that of
 * two submissions one wins.
 */
import { EngineError } from "../../core/errors.ts";
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { OrgContext } from "../../core/step-types.ts";
import type { JsonObject, JsonSchema } from "../../schema/json.ts";
import type { MachineDefinition } from "../../schema/machine.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import { findInstanceOfRecord } from "../../store/instances.ts";
import { listOrgs, loadOrg } from "../../store/people.ts";
import { queryRecords } from "../../store/record-query.ts";
import { toOrgContext } from "../auth/principals.ts";
import { runCascade } from "../instances/cascade.ts";
import { attemptEvent, openStanding, refuseTransition, type SendInput } from "../instances/send-event.ts";
import type { Standing } from "../instances/transition.ts";
import { shutOnes } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateMap, type Subject } from "../work/expression.ts";
import { askGate } from "../work/gate-decision.ts";
import { type Answer, answeredBefore, type Idempotency, type Keyed, once } from "../work/idempotency.ts";
import { inWork } from "../work/in-work.ts";
import type { Scope } from "../work/scope.ts";
import { sha256 } from "../work/sha256.ts";
import { healable, Refused, type Work } from "../work/work.ts";
import { badLines } from "./bad-lines.ts";
import { requireKeptFiles, withKeptFiles } from "./public-form-files.ts";

type PublicForm = NonNullable<MachineDefinition["publicForm"]>;

export interface FormInput {
  /** First segment of the URL. */
  readonly path: string;
  readonly token: string;
}

export interface OpenForm {
  /** What the page shows, as the machine says. */
  readonly page: JsonObject;
  readonly schema: JsonSchema | null;
  /** Code of the form's record: what its sender and its reader call it by. */
  readonly ref: string | null;
  /** The spreadsheet that fills a list of the form, where there is one. */
  readonly sheet: { readonly field: string; readonly columns: readonly string[] } | null;
  /** The list of the form that names uploaded files, where there is one. */
  readonly files: { readonly field: string } | null;
}

/**
 * Shows a form.
 *
 * - throws EngineError `form_not_found` for unknown, malformed and withdrawn links alike, `form_gone` with the reason
 */
export async function openForm(engine: Engine, input: FormInput): Promise<OpenForm> {
  return await withForm(engine, input, async (work, { form, machine, standing }) => {
    const seen = await attemptEvent(work, standing, { instance: standing.instance.id, type: form.open, via: "public" });
    const now = !(seen instanceof Refused) && seen.kind === "moved" ? { ...standing, instance: seen.instance } : standing;
    if (!(seen instanceof Refused) && seen.kind === "moved") await runCascade(work, seen.cascade);
    const page = await evaluateMap(work, subjectOf(machine, now), form.page);
    const { sheet, files } = form;
    return {
      page,
      schema: senderSchema(machine.definition.events[form.submit]?.payload, form),
      ref: standing.record?.code ?? null,
      sheet: sheet === undefined ? null : { field: sheet.field, columns: sheet.columns },
      files: files ?? null,
    };
  });
}

export interface SubmitInput extends FormInput, Keyed {
  readonly payload: unknown;
  /** Hash of the sender's address, where the form keeps one. */
  readonly ipHash?: string;
}

interface Submitted {
  readonly ref: string | null;
}

/**
 * Submits a form. Where somebody else has just written what it was about to write, it looks again; what stays in the way is not
 * told to a stranger. With the key of a submission that was taken its answer is given again, although the form is closed by now.
 *
 * - throws EngineError as openForm, and `payload_invalid`, `gate_blocked` with reasons and the lines that they are about in `errors`
 */
export async function submitForm(engine: Engine, input: SubmitInput): Promise<Answer<Submitted>> {
  try {
    return await takeForm(engine, input);
  } catch (error) {
    if (!(error instanceof EngineError) || error.code !== "unique_taken") throw error;
    throw untakeable(error);
  }
}

const UNTAKEABLE = "The form cannot be taken like this.";

const untakeable = (cause: EngineError): EngineError => new EngineError("gate_blocked", UNTAKEABLE, { reasons: [] }, { cause });

async function takeForm(engine: Engine, input: SubmitInput): Promise<Answer<Submitted>> {
  const idempotency = ownKey(input);
  const known = (work: Work) => answeredBefore<Submitted>(work, idempotency);
  return await withForm(engine, input, (work, found) => once(work, idempotency, 200, () => takeSubmission(work, found, input)), { known });
}

/** Keys of one form do not meet those of another: all strangers are one caller. */
function ownKey({ token, idempotency }: SubmitInput): Idempotency | undefined {
  return idempotency === undefined ? undefined : { ...idempotency, key: sha256(`${token} ${idempotency.key}`) };
}

async function takeSubmission(work: Work, { form, machine, standing }: FoundForm, input: SubmitInput): Promise<Submitted | Refused> {
  const payload = await withKeptFiles(work, { form, standing }, withAddress(machine.definition.events[form.submit]?.payload, input));
  const send: SendInput = { instance: standing.instance.id, type: form.submit, payload, via: "public" };
  const sent = await attemptEvent(work, standing, send);
  if (sent instanceof Refused) return sent;
  if (sent.kind !== "moved") {
    const lines = sent.kind === "blocked" ? shutOnes(sent.decisions).flatMap((decision) => badLines(decision, form.sheet ?? {})) : [];
    const errors = lines.map(({ index, message }) => ({ path: `/${form.sheet?.field}/${index}`, message }));
    return outward(await refuseTransition(work, standing, send, sent), errors);
  }
  requireKeptFiles(form, payload);
  try {
    await runCascade(work, sent.cascade);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.code === "unique_taken") throw healable(error);
    // What else it would have written is nothing that a stranger knows of.
    throw error.code === "payload_invalid" ? untakeable(error) : error;
  }
  return { ref: standing.record?.code ?? null };
}

const ADDRESS_FIELD = "ip_hash";

function withAddress(schema: JsonSchema | undefined, { payload, ipHash }: SubmitInput): unknown {
  const properties = schema?.["properties"] as JsonObject | undefined;
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return payload;
  if (properties === undefined || !Object.hasOwn(properties, ADDRESS_FIELD)) return payload;
  return { ...payload, [ADDRESS_FIELD]: ipHash ?? null };
}

/** What the engine fills in itself is nothing to ask for. */
function senderSchema(schema: JsonSchema | undefined, form: PublicForm): JsonSchema | null {
  if (schema === undefined) return null;
  const { [ADDRESS_FIELD]: _address, [form.sheet?.headerFlag ?? ""]: _flag, ...properties } = (schema["properties"] ?? {}) as JsonObject;
  return { ...schema, properties };
}

/** A stranger learns which conditions failed, by code and sentence; not how they were decided, nor who could help. */
function outward({ error }: Refused, errors: readonly { readonly path: string; readonly message: string }[]): Refused {
  const reasons = reasonsOf(error);
  if (error.code !== "gate_blocked") return new Refused(formGone(reasons));
  return new Refused(new EngineError("gate_blocked", reasons.map(({ message }) => message).join(" ") || UNTAKEABLE, { reasons, errors }));
}

export interface FormReason {
  readonly code: string;
  readonly message: string;
}

function reasonsOf(error: EngineError): readonly FormReason[] {
  return ((error.data["reasons"] ?? []) as readonly FormReason[]).map(({ code, message }) => ({ code, message }));
}

const formGone = (reasons: readonly FormReason[]): EngineError => new EngineError("form_gone", reasons[0]?.message ?? "The form is closed.", { reasons });

export interface FoundForm {
  readonly form: PublicForm;
  readonly machine: CompiledMachine;
  readonly standing: Standing;
}

/**
 * Runs `fn` on the form behind a link, its instance locked, once the form's gate is open.
 *
 * - `dryRun`: nothing is written
 * - `known`: what was answered before; then the gate is not asked
 * - throws EngineError `form_not_found`, `form_gone`
 */
export async function withForm<T>(
  engine: Engine,
  input: FormInput,
  fn: (work: Work, found: FoundForm) => Promise<T | Refused>,
  { known, ...options }: { readonly dryRun?: boolean; readonly known?: (work: Work) => Promise<T | null> } = {},
): Promise<T> {
  const place = await findForm(engine, input);
  if (place === null) throw formNotFound();
  const { org, instance } = place;
  return await inWork(
    engine,
    publicScope(org),
    org,
    async (work) => {
      const standing = await openStanding(work, { org, id: instance.id }, instance.id);
      const { machine } = standing;
      const form = machine.definition.publicForm;
      if (form === undefined) return new Refused(formNotFound());
      const before = known === undefined ? null : await known(work);
      if (before !== null) return before;
      const { open, decision } = await askGate(work, form.gate, subjectOf(machine, standing), standing.instance.recordType);
      if (open) return await fn(work, { form, machine, standing });
      const [shut] = shutOnes([{ ...decision, at: "guard" }]);
      const reasons = shut?.reasons ?? decision.reasons;
      const told = reasons.map(({ code, message }) => ({ code, message }));
      return new Refused(Number(decision.output["http"]) === 410 ? formGone(told) : formNotFound());
    },
    { instanceId: instance.id, ...options },
  );
}

const formNotFound = (): EngineError => new EngineError("form_not_found", "This form does not exist.");

const TOKEN = /^[A-Za-z0-9_-]{22,64}$/;

/** The instance of a link, looked up by the hash of its secret under the system's grant. */
async function findForm(engine: Engine, { path, token }: FormInput): Promise<{ readonly org: OrgContext; readonly instance: InstanceRow } | null> {
  if (!TOKEN.test(token)) return null;
  const hash = sha256(token);
  return await engine.store.work({ orgs: "system", actorId: "public" }, async (tx) => {
    for (const row of await listOrgs(tx)) {
      if (!row.active) continue;
      const ruling = await engine.programs.inForce(tx, row.id, engine.clock.now());
      const definition = ruling.program.all("machine").find(({ content }) => content.publicForm?.path === path)?.content;
      if (definition?.publicForm === undefined) continue;
      const where = { [definition.publicForm.tokenField]: hash };
      const page = await queryRecords(tx, ruling.catalogue, { from: definition.record, where, limit: 1 }, { orgs: [row.id], limit: 1 });
      const id = page.items[0]?.["id"];
      const instance = typeof id === "string" ? await findInstanceOfRecord(tx, id, definition.key) : null;
      const org = instance === null ? null : await loadOrg(tx, instance.orgId);
      if (instance !== null && org !== null) return { org: toOrgContext(org), instance };
    }
    return null;
  });
}

function subjectOf(machine: CompiledMachine, { instance, record }: Standing): Subject {
  return { machine, record, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq } };
}

function publicScope(org: OrgContext): Scope {
  const principal = {
    id: "public",
    kind: "public",
    name: "Public form",
    level: null,
    grants: [{ org, roles: [] }],
    defaultOrgId: null,
    narrowedTo: null,
    direct: [],
  } as const;
  return { principal, orgs: [org], mode: "one", channel: "api" };
}
