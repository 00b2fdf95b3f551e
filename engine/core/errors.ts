/**
 * Every code that the engine can answer with: the only place for status, title and hint.
 *
 * Outcomes of a step are values (engine/core/step-types); services turn refusals into these codes, and only faults throw.
 * The API maps an EngineError to RFC 9457 (engine/api/problem). A test holds the table, the OpenAPI document and the tests together.
 */
export const ERRORS = {
  body_not_json: { status: 400, title: "The body is not JSON", hint: "Send UTF-8 JSON with Content-Type application/json." },
  body_too_deep: { status: 400, title: "The body is nested too deeply", hint: "At most 32 levels of nesting and 50,000 nodes." },
  text_invalid: { status: 400, title: "The text holds characters that cannot be stored", hint: "Remove NUL characters and unpaired surrogates." },
  query_invalid: { status: 400, title: "A query parameter is not valid", hint: "See `errors` for the parameter and what it accepts." },
  idempotency_key_malformed: { status: 400, title: "The idempotency key is malformed", hint: "Follow the key grammar of the contract; nothing was written." },
  idempotency_key_mismatch: {
    status: 400,
    title: "The idempotency key does not match the event",
    hint: "Segments 1, 2, 4 and 5 name the sender, the event and its version.",
  },
  event_unknown: { status: 400, title: "The event is not in the contract", hint: "The contract's definition lists the events and their direction." },
  not_signed_in: { status: 401, title: "Nobody is signed in", hint: "Sign in, or send an API key as Bearer token." },
  credentials_invalid: { status: 401, title: "E-mail or password is not right", hint: "Check both and try again." },
  key_unknown: { status: 401, title: "The client is not known", hint: "Check the client id." },
  signature_invalid: { status: 401, title: "The signature does not fit the body", hint: "Sign `<timestamp>.<raw body>` with the client's secret." },
  timestamp_skew: { status: 401, title: "The timestamp is too far from the engine's clock", hint: "Correct the clock and sign again." },
  no_ui_for_api_client: { status: 401, title: "API clients have no screens", hint: "Use the API routes that the client's scopes name." },
  event_not_permitted: { status: 403, title: "You may not send this event", hint: "See `reasons` for the missing permission and who holds it." },
  permission_denied: { status: 403, title: "You may not do this", hint: "Ask an administrator of the org for the permission named in `permission`." },
  own_release: { status: 403, title: "You changed this release yourself", hint: "Somebody else with the publish permission must approve it." },
  origin_refused: { status: 403, title: "The request comes from another site", hint: "Reload the page and try again." },
  not_found: { status: 404, title: "There is nothing here", hint: "Check the address; what you may not see looks the same." },
  instance_not_found: { status: 404, title: "There is no such instance", hint: "Check the id or `<machine>:<record code>`." },
  record_not_found: { status: 404, title: "There is no such record", hint: "Check the type and the id or code." },
  definition_not_found: { status: 404, title: "There is no such definition", hint: "Check kind, key and release." },
  form_not_found: { status: 404, title: "This form does not exist", hint: "Ask the sender for a new link." },
  method_not_allowed: {
    status: 405,
    title: "This cannot be written here",
    hint: "`allow` names the methods of an address. Of a record its type's definition says who may write it: a mirror is written by its source, a history is only added to.",
  },
  event_not_available: { status: 409, title: "The event is not available in this state", hint: "See `events` for those that are." },
  gate_blocked: { status: 409, title: "A gate blocks this event", hint: "See `decisions` for each condition that failed and `unlock` for the ways through." },
  invariant_violated: {
    status: 409,
    title: "The event would break an invariant",
    hint: "See `violations` for what must never hold and the values read; nothing was written.",
  },
  event_not_allowed: { status: 409, title: "The state does not allow this event", hint: "A person has to look at it; the key was not consumed." },
  gate_closed: { status: 409, title: "A gate is closed for this event", hint: "Send it again once the cause is gone; the key was not consumed." },
  seq_conflict: { status: 409, title: "The instance has moved on", hint: "Read it again and decide on what you see." },
  idempotency_in_flight: { status: 409, title: "The same request is still being handled", hint: "Wait and repeat it with the same key." },
  contract_key_reused: { status: 409, title: "The key was used for another body", hint: "A key belongs to one change for ever; use a new one." },
  approval_void: { status: 409, title: "What this approval relied on has changed", hint: "See `changed`; look again before deciding." },
  task_closed: { status: 409, title: "The task is no longer open", hint: "Somebody has completed or cancelled it." },
  draft_conflict: { status: 409, title: "The draft's base has changed", hint: "See `conflicts`; rebase the draft." },
  release_not_approved: { status: 409, title: "The release is not approved", hint: "Another person with the publish permission approves it first." },
  activation_started: { status: 409, title: "The activation has taken effect", hint: "Activate another release instead; going back is one too." },
  release_decided: { status: 409, title: "The release is already decided", hint: "See its state." },
  import_kept: { status: 409, title: "The import cannot be taken back", hint: "See `rows` for the records that were changed or used since." },
  record_referenced: { status: 409, title: "The record is in use", hint: "Other records refer to it." },
  unique_taken: { status: 409, title: "A record with this value exists", hint: "See `fields`; use another value or the existing record." },
  form_gone: { status: 410, title: "This form can no longer be used", hint: "Ask the sender for a new link." },
  record_changed: { status: 412, title: "The record was changed in the meantime", hint: "Read it again; its new etag is in `etag`." },
  too_large: { status: 413, title: "The request is too large", hint: "See `limit`; send less at once." },
  media_type_unsupported: { status: 415, title: "This content type is not understood here", hint: "See `accepts`." },
  payload_invalid: {
    status: 422,
    title: "The payload does not fit its schema",
    hint: "Mend the paths in `errors`, or without them what the detail names; nothing was written.",
  },
  idempotency_key_reused: { status: 422, title: "The Idempotency-Key was used for another body", hint: "Use a new key for a new request." },
  org_required: { status: 422, title: "One org must be chosen", hint: "Name the org in the body or in X-Org." },
  definition_invalid: { status: 422, title: "The definition is not valid", hint: "Mend the paths in `errors`; the draft was not changed." },
  checks_failed: { status: 422, title: "The checks of this draft fail", hint: "See `checks`; mend the draft and try again." },
  facts_invalid: { status: 422, title: "The facts do not fit the inputs", hint: "See `errors` for the input, its type and what came." },
  override_single_only: { status: 422, title: "An override is done one at a time", hint: "Send it alone, with a reason." },
  import_invalid: { status: 422, title: "The file does not fit its template", hint: "See `errors` for row and column; nothing was written." },
  limit_exceeded: { status: 422, title: "The step went over its limits", hint: "See `limit`; the definition needs mending." },
  rate_limited: { status: 429, title: "Too many requests", hint: "Wait as many seconds as Retry-After says." },
  internal: {
    status: 500,
    title: "Something failed on our side",
    hint: "Repeat the request with the same Idempotency-Key; name the request id when it lasts.",
  },
  unavailable: { status: 503, title: "The service is not ready", hint: "Repeat after the seconds in Retry-After." },
} as const satisfies Record<string, { status: number; title: string; hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** A fault or refusal with its code. `data` joins the problem document; it never names another org. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: ErrorCode;
  readonly data: Readonly<Record<string, unknown>>;
  constructor(code: ErrorCode, detail: string, data: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
    this.data = data;
  }
}

export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}
