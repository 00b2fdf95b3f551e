/** The secret of a public form's link: made when the event that issues it is sent, told once, kept as its SHA-256. */
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { Json, JsonObject, JsonSchema } from "../../schema/json.ts";
import type { Engine } from "../work/engine-context.ts";
import { sha256 } from "../work/sha256.ts";

/** A secret for a new link: what the caller is told, and what is kept. */
export interface IssuedLink {
  readonly url: string;
  readonly payload: JsonObject;
}

/**
 * Makes the secret of an event that issues a link; null for every other event. A secret that the caller sends is replaced:
 * nobody chooses their own.
 */
export function issueLink(engine: Engine, machine: CompiledMachine, event: string, payload: unknown): IssuedLink | null {
  const form = machine.definition.publicForm;
  if (form === undefined || !form.issue.includes(event)) return null;
  const token = Buffer.from(engine.seed() + engine.seed(), "hex").toString("base64url");
  const given = typeof payload === "object" && payload !== null && !Array.isArray(payload) ? (payload as JsonObject) : {};
  return { url: `/${form.path}/${token}`, payload: { ...given, [form.tokenField]: sha256(token) } };
}

/** The payload schema as a caller fills it in: without the secret, which the engine makes. */
export function callerSchema(machine: CompiledMachine, event: string, schema: JsonSchema | undefined): JsonSchema | null {
  const form = machine.definition.publicForm;
  if (schema === undefined) return null;
  if (form === undefined || !form.issue.includes(event)) return schema;
  const { [form.tokenField]: _, ...properties } = (schema["properties"] ?? {}) as JsonObject;
  const required = Array.isArray(schema["required"]) ? (schema["required"] as readonly Json[]).filter((name) => name !== form.tokenField) : [];
  return { ...schema, properties, required };
}
