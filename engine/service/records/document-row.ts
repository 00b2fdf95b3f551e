/** A rendered document as it is kept, with the hash of its HTML. */
import { createHash } from "node:crypto";
import type { Effect } from "../../core/step-types.ts";
import type { DocumentRow } from "../../store/documents.ts";
import type { Acting } from "../work/acting.ts";
import type { Work } from "../work/work.ts";

export function documentRow(work: Work, acting: Acting, effect: Extract<Effect, { kind: "document" }>): DocumentRow {
  const { id, document, version, number, title, name, page, record, html } = effect;
  return {
    ...{ orgId: work.org.id, id, definition: document, version, number, title, name, page },
    ...{ recordType: record.type, recordId: record.id, recordCode: record.code, instanceId: acting.instanceId, seq: acting.seq },
    sha256: createHash("sha256").update(html).digest("hex"),
    ...{ createdBy: work.actor.id, createdAt: work.at },
  };
}
