/** What one instance asks of others in the same transaction. */
import type { JsonObject } from "../../schema/json.ts";

/** An event for another instance of the same org, in the same transaction. */
export type CascadeItem =
  | {
      readonly kind: "start";
      /** Key of the effect that asks for it. */
      readonly cause: string;
      /** Key of the definition that asks for it. */
      readonly by?: string;
      readonly machine: string;
      /** null: the machine's only start event. */
      readonly event: string | null;
      readonly payload: JsonObject;
      readonly unique: string | null;
      readonly instanceId: string;
    }
  | {
      readonly kind: "send";
      readonly cause: string;
      readonly by?: string;
      readonly machine: string | null;
      /** Record (id or code) whose instance takes it; without a machine the instance itself. */
      readonly to: string;
      readonly event: string;
      readonly payload: JsonObject;
    };
