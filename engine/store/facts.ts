/** Loads what `step` asks for: one SQL per kind and definition. Locks first, in sorted order. */
import type { FactBag, FactRequest, Instant } from "../core/step-types.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Tx } from "./tx.ts";

export interface FactContext {
  /** Org of the asking instance. */
  readonly orgId: string;
  readonly now: Instant;
  /** For replay: records, settings and grants as they were. */
  readonly asOf?: Instant;
}
/** Every request gets an entry; what cannot be loaded is `{"$unknown": reason}`. Rows are shaped as FEEL's `get` gives them (plan: "A record returned by get/find"). */
export declare function loadFacts(tx: Tx, requests: readonly FactRequest[], catalogue: Catalogue, context: FactContext): Promise<FactBag>;
