/** The payload of an event that the engine brings to a machine: put together by another definition, not by who acts. */
import { EngineError } from "../../core/errors.ts";
import type { JsonObject, JsonSchema } from "../../schema/json.ts";
import { acceptPayload, type PayloadError, withoutForbiddenNulls } from "../records/payload.ts";
import { lookupOf } from "../records/reference-lookup.ts";
import type { Work } from "../work/work.ts";

export interface Brought {
  /** Whose event it is. */
  readonly machine: string;
  readonly event: string;
  readonly schema: JsonSchema | undefined;
  readonly payload: JsonObject;
  /** Key of the definition that sends it, where it is known. */
  readonly by: string | undefined;
}

/**
 * Answers the payload as the machine takes it.
 *
 * - throws EngineError `payload_invalid` that names both definitions; its `errors` are empty, because no path of what the caller sent is meant
 */
export async function acceptBrought(work: Work, brought: Brought): Promise<JsonObject> {
  const { schema, payload } = brought;
  try {
    return await acceptPayload(schema, withoutForbiddenNulls(schema, payload), lookupOf(work));
  } catch (error) {
    throw error instanceof EngineError && error.code === "payload_invalid" ? notTaken(brought, error) : error;
  }
}

function notTaken({ machine, event, by }: Brought, cause: EngineError): EngineError {
  const errors = (cause.data["errors"] ?? []) as readonly PayloadError[];
  const [first] = errors;
  const place = first === undefined ? cause.message : `${first.path === "" ? "it" : first.path} ${first.message}.`;
  const [sent, mend] = by === undefined ? ["it is sent", "what is sent along"] : [`${by} sends it`, `what ${by} sends along`];
  return new EngineError(
    "payload_invalid",
    `${machine} does not take "${event}" as ${sent}: ${place} Mend ${mend}, or what "${event}" takes.`,
    { errors: [], refused: { machine, event, ...(by === undefined ? {} : { by }), errors } },
    { cause },
  );
}
