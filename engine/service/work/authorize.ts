/**
 * The one permission check of the engine. Events, records, bulk, tasks, decisions and the studio's acts all come here; what
 * is allowed is content: the decision table that the access definition names. Without one, the plain rules below hold.
 */
import { EngineError, type ErrorCode } from "../../core/errors.ts";
import type { Program } from "../../core/program.ts";
import type { Actor, CompactDecision } from "../../core/step-types.ts";
import type { Json, JsonObject } from "../../schema/json.ts";
import { askDecision, type DecisionMoment } from "./ask-decision.ts";
import { isChosen, isGranted, isSelling, type Scope } from "./scope.ts";

/** One thing that somebody wants to do in one org. */
export interface Act {
  readonly orgId: string;
  /** All of them are needed; none: everyone with the org. */
  readonly permissions: readonly string[];
  /** view, edit, request, approve, override ... */
  readonly verb: string;
  readonly isRequester?: boolean;
  readonly minRank?: number;
  /** Value of the standard input `profile_status`; "none" where the act concerns none. */
  readonly profileStatus?: string;
}

export interface Verdict {
  readonly allow: boolean;
  readonly http: number;
  readonly code: string;
  /** Permissions that the actor lacks. */
  readonly missing: readonly string[];
  readonly decision: CompactDecision | null;
}

const ALLOWED: Verdict = { allow: true, http: 200, code: "OK", missing: [], decision: null };

/** Decides whether the actor may do it. Pure; the engine itself may do anything. */
export function judge(program: Program, scope: Scope, actor: Actor, act: Act, moment: DecisionMoment): Verdict {
  if (actor.kind === "system") return ALLOWED;
  const missing = act.permissions.filter((permission) => !actor.permissions.includes(permission));
  const inputs: JsonObject = {
    principal: PRINCIPALS[actor.kind],
    ui_session: scope.channel === "ui",
    has_org_grant: isGranted(scope, act.orgId),
    org_scope_includes: isChosen(scope, act.orgId),
    has_permission: missing.length === 0,
    verb: act.verb,
    is_requester: act.isRequester === true,
    rank: actor.rank,
    min_rank: act.minRank ?? 0,
    profile_status: act.profileStatus ?? "none",
    viewer_is_sales: isSelling(program.access, actor.roles),
  };
  const table = program.access?.decision;
  if (table === undefined) return { ...plainVerdict(inputs), missing, decision: null };
  const decision = askDecision(program, table, inputs, moment);
  const { allow, http, code } = decision.output;
  return {
    allow: allow === true,
    http: numberOf(http, 403),
    code: typeof code === "string" ? code : allow === true ? "OK" : "FORBIDDEN",
    missing,
    decision,
  };
}

const PRINCIPALS = { person: "user", client: "api_client", public: "customer_token", system: "system" } as const;

/** Decimals of typed outputs are strings. */
function numberOf(value: Json | undefined, otherwise: number): number {
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : Number.NaN;
  return Number.isInteger(number) ? number : otherwise;
}

/** The rules where the release has no table: grant, permission, not one's own request, rank. */
function plainVerdict(inputs: JsonObject): Pick<Verdict, "allow" | "http" | "code"> {
  if (inputs["has_org_grant"] !== true || inputs["org_scope_includes"] !== true) return { allow: false, http: 404, code: "NOT_FOUND" };
  if (inputs["has_permission"] !== true) return { allow: false, http: inputs["verb"] === "view" ? 404 : 403, code: "FORBIDDEN" };
  if (inputs["is_requester"] === true) return { allow: false, http: 403, code: "OWN_REQUEST" };
  if (numberOf(inputs["rank"], 0) < numberOf(inputs["min_rank"], 0)) return { allow: false, http: 403, code: "SECURITY_LEVEL_TOO_LOW" };
  return { allow: true, http: 200, code: "OK" };
}

/** How a refusal is told: the code for what must not be seen, the code for what may not be done, and the sentence. */
export interface Refusal {
  readonly hidden: Extract<ErrorCode, `${string}not_found`>;
  readonly forbidden: Extract<ErrorCode, "event_not_permitted" | "permission_denied">;
  readonly what: string;
}

/** The error for a verdict that does not allow. `data.reasons` carries the decision's code; nothing names another org. */
export function refusalOf(verdict: Verdict, act: Act, refusal: Refusal): EngineError {
  if (verdict.http === 401) return new EngineError("no_ui_for_api_client", "API clients have no screens.");
  if (verdict.http === 404) return new EngineError(refusal.hidden, `${refusal.what}: not found.`);
  const message = MESSAGES[verdict.code] ?? told(verdict) ?? `refused with ${verdict.code}`;
  const permission = verdict.missing[0] ?? act.permissions[0];
  return new EngineError(refusal.forbidden, `${refusal.what}: ${message}${verdict.missing.length > 0 ? ` (${verdict.missing.join(", ")})` : ""}.`, {
    reasons: [{ code: verdict.code, message, facts: { permissions: act.permissions, min_rank: act.minRank ?? 0 } }],
    ...(permission === undefined ? {} : { permission }),
  });
}

const MESSAGES: Readonly<Record<string, string>> = {
  FORBIDDEN: "the permission is missing",
  OWN_REQUEST: "nobody decides on their own request",
  SECURITY_LEVEL_TOO_LOW: "a higher security level is needed",
};

/** Why a verdict does not allow, as a sentence: the access decision's own, where it has one. */
export function sentenceOf(verdict: Verdict): string {
  return `${told(verdict) ?? MESSAGES[verdict.code] ?? `Refused with ${verdict.code}`}.`.replace(/^./u, (first) => first.toUpperCase());
}

const told = (verdict: Verdict): string | undefined => verdict.decision?.reasons.find(({ code }) => code === verdict.code)?.message.replace(/\.$/u, "");

/**
 * Lets the act pass or throws.
 *
 * - throws EngineError 404 code of `refusal.hidden`, 403 code of `refusal.forbidden`, or `no_ui_for_api_client`
 */
export function authorize(program: Program, scope: Scope, actor: Actor, act: Act & Refusal, moment: DecisionMoment): Verdict {
  const verdict = judge(program, scope, actor, act, moment);
  if (!verdict.allow) throw refusalOf(verdict, act, act);
  return verdict;
}

const VERBS = ["view", "edit", "request", "approve", "override"];

/** The verb of a permission: what follows its last dot; "edit" for one that the access decision has no word for. */
export function verbOf(permission: string | undefined): string {
  if (permission === undefined) return "view";
  const verb = permission.slice(permission.lastIndexOf(".") + 1);
  return VERBS.includes(verb) ? verb : "edit";
}
