/** Papers about records: what was rendered, and the PDF made of it. Rows are only ever added. */
import type { JsonObject } from "../schema/json.ts";
import { orgsOf } from "./instances.ts";
import { statement, type Tx } from "./tx.ts";

export interface DocumentRow {
  readonly orgId: string;
  readonly id: string;
  /** Definition key. */
  readonly definition: string;
  /** Version hash of the definition. */
  readonly version: string;
  readonly number: number;
  readonly title: string;
  readonly name: string;
  readonly page: JsonObject;
  readonly recordType: string;
  readonly recordId: string;
  readonly recordCode: string | null;
  readonly instanceId: string;
  readonly seq: number;
  /** SHA-256 (hex) of the HTML. */
  readonly sha256: string;
  readonly createdBy: string;
  readonly createdAt: string;
}
export interface PdfRow {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

const ADD = statement(
  "document_add",
  `insert into document (org_id, id, definition, version, number, title, name, page, record_type, record_id, record_code, instance_id, seq, html, sha256, created_by, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
);
const COLUMNS = `d.org_id as "orgId", d.id, d.definition, d.version, d.number, d.title, d.name, d.page, d.record_type as "recordType", d.record_id as "recordId", d.record_code as "recordCode",
  d.instance_id as "instanceId", d.seq, d.sha256, d.created_by as "createdBy", d.created_at as "createdAt"`;
const LOAD = statement("document_load", `select ${COLUMNS} from document d where d.id = $1 and ($2::uuid[] is null or d.org_id = any ($2))`);
const HTML = statement("document_html", "select html from document where org_id = $1 and id = $2");
const OF = statement(
  "documents_of",
  `select ${COLUMNS}, p.sha256 as "pdfSha256" from document d left join document_pdf p on p.org_id = d.org_id and p.document_id = d.id
   where ($2::uuid[] is null or d.org_id = any ($2)) and d.record_id = $1 order by d.created_at desc, d.definition, d.number desc limit 200`,
);
const PDF = statement("document_pdf", "select bytes, sha256 from document_pdf where org_id = $1 and document_id = $2");
const ADD_PDF = statement(
  "document_pdf_add",
  "insert into document_pdf (org_id, document_id, bytes, sha256, created_at) values ($1, $2, $3, $4, $5) on conflict do nothing",
);

export function addDocument(tx: Tx, row: DocumentRow, html: string): void {
  const { orgId, id, definition, version, number, title, name, page, recordType, recordId, recordCode, instanceId, seq, sha256, createdBy, createdAt } = row;
  tx.queue(ADD, [
    ...[orgId, id, definition, version, number, title, name, JSON.stringify(page)],
    ...[recordType, recordId, recordCode, instanceId, seq, html, sha256, createdBy, createdAt],
  ]);
}

export async function loadDocument(tx: Tx, id: string): Promise<DocumentRow | null> {
  return (await tx.query<DocumentRow>(LOAD, [id, orgsOf(tx)]))[0] ?? null;
}

export async function loadDocumentHtml(tx: Tx, orgId: string, id: string): Promise<string | null> {
  return (await tx.query<{ html: string }>(HTML, [orgId, id]))[0]?.html ?? null;
}

/** Newest first, at most 200; `pdfSha256` is null while the PDF has not been made. */
export async function documentsOf(tx: Tx, recordId: string): Promise<readonly (DocumentRow & { readonly pdfSha256: string | null })[]> {
  return await tx.query(OF, [recordId, orgsOf(tx)]);
}

export async function loadPdf(tx: Tx, orgId: string, documentId: string): Promise<PdfRow | null> {
  return (await tx.query<PdfRow>(PDF, [orgId, documentId]))[0] ?? null;
}

/** The first one stays: two that render the same document at once make the same bytes. */
export async function addPdf(tx: Tx, orgId: string, documentId: string, pdf: PdfRow, at: string): Promise<void> {
  await tx.query(ADD_PDF, [orgId, documentId, Buffer.from(pdf.bytes), pdf.sha256, at]);
}
