/** Papers about records: who may see them, what shuts their hand-out, and the PDF that is made of one once. */
import { createHash } from "node:crypto";
import { EngineError } from "../../core/errors.ts";
import type { Delivery, OutboxItem, PdfRequest } from "../../core/ports.ts";
import type { Reason } from "../../core/step-types.ts";
import { addPdf, type DocumentRow, documentsOf, loadDocument, loadDocumentHtml, loadPdf, type PdfRow } from "../../store/documents.ts";
import { loadInstance } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import { recordTypeOf } from "../records/record-type.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluateOne, type Subject } from "../work/expression.ts";
import { isUuid } from "../work/fresh-id.ts";
import { askGate } from "../work/gate-decision.ts";
import { inWork } from "../work/in-work.ts";
import { inReading, type Reading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { auditAttempt, Refused, type Work } from "../work/work.ts";
import { type RecordInput, visibleRecord } from "./records.ts";

export interface DocumentAnswer {
  readonly id: string;
  /** Definition key. */
  readonly document: string;
  /** Version hash of the definition. */
  readonly version: string;
  /** From 1; each rendering of the same document about the same record is the next. */
  readonly number: number;
  readonly title: string;
  readonly name: string;
  readonly org: string;
  readonly record: { readonly type: string; readonly id: string; readonly code: string | null };
  readonly instance: string;
  /** SHA-256 (hex) of the HTML. */
  readonly sha256: string;
  /** SHA-256 (hex) of the PDF; null until it has been made. */
  readonly pdfSha256: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  /** Whether it may be handed out now, and what shuts it. `event` is the act that counts a hand-out. */
  readonly download: { readonly open: boolean; readonly reasons: readonly Reason[]; readonly event: string | null };
}

/** Documents about a record, newest first. - throws EngineError `record_not_found` */
export async function listDocuments(engine: Engine, scope: Scope, input: RecordInput): Promise<{ readonly items: readonly DocumentAnswer[] }> {
  return await inReading(engine, scope, async (reading) => {
    const { row } = await visibleRecord(reading, { type: input.type, id: input.id });
    return { items: await documentsAbout(reading, row.id) };
  });
}

/** The same inside an open reading, for a record that the reader was found to see. */
export async function documentsAbout(reading: Reading, recordId: string): Promise<readonly DocumentAnswer[]> {
  const items: DocumentAnswer[] = [];
  for (const row of await documentsOf(reading.tx, recordId)) items.push(await answer(reading.workOf(row.orgId), row, row.pdfSha256));
  return items;
}

/** - throws EngineError `not_found` for unknown ones and for those about a record that the reader does not see */
export async function getDocument(engine: Engine, scope: Scope, input: { readonly id: string }): Promise<DocumentAnswer> {
  return await inReading(engine, scope, async (reading) => {
    const row = await visibleDocument(reading, input.id);
    const pdf = await loadPdf(reading.tx, row.orgId, row.id);
    return await answer(reading.workOf(row.orgId), row, pdf?.sha256 ?? null);
  });
}

export interface HandOut {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/**
 * Hands a document out; who took it stands in the audit log, and so does who was refused.
 *
 * - throws EngineError `not_found`, `gate_blocked` with the reasons
 */
export async function handOut(engine: Engine, scope: Scope, input: { readonly id: string; readonly as: "html" | "pdf" }): Promise<HandOut> {
  const row = await inReading(engine, scope, (reading) => visibleDocument(reading, input.id));
  const org = scope.orgs.find(({ id }) => id === row.orgId);
  if (org === undefined) throw documentNotFound();
  await inWork(engine, scope, org, async (work) => {
    const { open, reasons } = await download(work, row);
    const subject = { type: "document", id: row.id };
    auditAttempt(work, open ? "document_handed_out" : "document_refused", subject, {
      as: input.as,
      sha256: row.sha256,
      reasons: reasons.map(({ code }) => code),
    });
    if (open) return null;
    const why = reasons.map(({ message }) => message).join(" ");
    return new Refused(new EngineError("gate_blocked", `"${row.name}" is not handed out: ${why || "its gate is shut."}`, { reasons: [...reasons] as never }));
  });
  if (input.as === "pdf") {
    const { bytes, sha256 } = await pdfOf(engine, row);
    return { name: `${row.name}.pdf`, mime: "application/pdf", bytes, sha256 };
  }
  const html = await engine.store.work({ orgs: [row.orgId], actorId: scope.principal.id }, (tx) => loadDocumentHtml(tx, row.orgId, row.id));
  return { name: `${row.name}.html`, mime: "text/html; charset=utf-8", bytes: Buffer.from(html ?? ""), sha256: row.sha256 };
}

/** Makes the PDF of a document that a step has rendered. */
export async function deliverDocument(engine: Engine, item: OutboxItem): Promise<Delivery> {
  const id = item.body["document"];
  const row = typeof id === "string" ? await systemDocument(engine, id) : null;
  if (row === null) return { result: "refused", reason: "There is no such document" };
  const { sha256 } = await pdfOf(engine, row);
  return { result: "delivered", detail: sha256 };
}

/** A document with its PDF, for whoever the system sends it to; null where there is none. */
export async function documentForMail(engine: Engine, orgId: string, id: string): Promise<HandOut | null> {
  const row = await systemDocument(engine, id);
  if (row === null || row.orgId !== orgId) return null;
  const { bytes, sha256 } = await pdfOf(engine, row);
  return { name: `${row.name}.pdf`, mime: "application/pdf", bytes, sha256 };
}

const SYSTEM = { orgs: "system", actorId: "system" } as const;

async function systemDocument(engine: Engine, id: string): Promise<DocumentRow | null> {
  return isUuid(id) ? await engine.store.work(SYSTEM, (tx) => loadDocument(tx, id)) : null;
}

/** Kept after the first time. Rendering holds no transaction open; two at once make the same bytes. */
async function pdfOf(engine: Engine, row: DocumentRow): Promise<PdfRow> {
  const found = await engine.store.work(SYSTEM, async (tx) => {
    const pdf = await loadPdf(tx, row.orgId, row.id);
    return pdf === null ? { pdf, html: await loadDocumentHtml(tx, row.orgId, row.id) } : { pdf, html: null };
  });
  if (found.pdf !== null) return found.pdf;
  const { size, orientation } = row.page as unknown as Pick<PdfRequest, "size" | "orientation">;
  const bytes = await engine.renderPdf({ html: found.html ?? "", title: row.name, at: row.createdAt, size, orientation });
  const pdf = { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  await engine.store.work(SYSTEM, (tx) => addPdf(tx, row.orgId, row.id, pdf, engine.clock.now()));
  return pdf;
}

async function visibleDocument(reading: Reading, id: string): Promise<DocumentRow> {
  const row = isUuid(id) ? await loadDocument(reading.tx, id) : null;
  if (row === null) throw documentNotFound();
  try {
    await visibleRecord(reading, { type: row.recordType, id: row.recordId });
  } catch (error) {
    if (error instanceof EngineError && error.code === "record_not_found") throw documentNotFound();
    throw error;
  }
  return row;
}

async function answer(work: Work, row: DocumentRow, pdfSha256: string | null): Promise<DocumentAnswer> {
  const { id, definition, version, number, title, name, recordType, recordId, recordCode, instanceId, sha256, createdBy, createdAt } = row;
  return {
    ...{ id, document: definition, version, number, title, name, org: work.org.code },
    record: { type: recordType, id: recordId, code: recordCode },
    ...{ instance: instanceId, sha256, pdfSha256, createdBy, createdAt },
    download: { ...(await download(work, row)), event: definitionOf(work, row)?.download?.event ?? null },
  };
}

/** What the release in force says; where it has no such document any more, nothing shuts what was kept. */
async function download(work: Work, row: DocumentRow): Promise<{ readonly open: boolean; readonly reasons: readonly Reason[] }> {
  const { download: terms } = definitionOf(work, row) ?? {};
  if (terms === undefined) return { open: true, reasons: [] };
  const subject = await subjectOf(work, row);
  if (terms.when !== undefined && (await evaluateOne(work, subject, terms.when)) === false) return { open: true, reasons: [] };
  const { open, decision } = await askGate(work, terms.gate, subject, row.recordType);
  return { open, reasons: open ? [] : decision.reasons };
}

/** The instance that rendered it, as it stands now. */
async function subjectOf(work: Work, row: DocumentRow): Promise<Subject> {
  const record = await loadRecord(work.tx, recordTypeOf(work.ruling.program, row.recordType), row.recordId);
  const instance = await loadInstance(work.tx, row.instanceId);
  if (instance === null) return { record };
  const machine = await work.engine.programs.machine(work.tx, work.ruling, instance.machine, instance.machineVersion);
  return { record, machine, snapshot: instance.snapshot, instance: { id: instance.id, key: instance.key, seq: instance.seq } };
}

const definitionOf = (work: Work, row: DocumentRow) => work.ruling.program.document(row.definition)?.definition;

const documentNotFound = (): EngineError => new EngineError("not_found", "There is no such document.");
