/**
 * Who asks, for which orgs: every use case gets a Scope. It is made once per request by the API or the web app and never
 * widened: an org that the principal holds no grant in answers exactly as one that does not exist.
 */
import { EngineError } from "../../core/errors.ts";
import type { Actor, OrgContext } from "../../core/step-types.ts";
import type { AccessDefinition } from "../../schema/access.ts";

/** A right to act in one org: the roles held there. */
export interface Grant {
  readonly org: OrgContext;
  readonly roles: readonly string[];
}

export interface Principal {
  readonly id: string;
  readonly kind: Actor["kind"];
  readonly name: string;
  readonly email?: string;
  /** Id of the security level; the access definition gives its rank. */
  readonly level: string | null;
  readonly grants: readonly Grant[];
  readonly defaultOrgId: string | null;
  /** Permissions that a key was narrowed to; null: all that the roles give. */
  readonly narrowedTo: readonly string[] | null;
  /** Permissions held directly, without a role: scopes of an API client. */
  readonly direct: readonly string[];
}

export interface Scope {
  readonly principal: Principal;
  /** Chosen ∩ granted; one, or all of them. */
  readonly orgs: readonly OrgContext[];
  readonly mode: "one" | "all";
  readonly channel: "ui" | "api";
  readonly requestId?: string;
}

export interface ScopeRequest {
  /** Value of `X-Org`: a code, "all", or missing. */
  readonly org?: string | undefined;
  readonly channel: "ui" | "api";
  readonly requestId?: string;
}

/**
 * Cuts a principal's grants down to what the request chose.
 *
 * Without a choice: the default org, else the first grant by code. A principal without any grant gets an empty scope.
 *
 * - throws EngineError `not_found` for an org that is unknown, malformed or not granted: one and the same answer
 */
export function chooseScope(principal: Principal, request: ScopeRequest): Scope {
  const granted = [...principal.grants.map((grant) => grant.org)].sort((a, b) => (a.code < b.code ? -1 : 1));
  const base = { principal, channel: request.channel, ...(request.requestId === undefined ? {} : { requestId: request.requestId }) };
  const wanted = request.org?.trim();
  if (wanted !== undefined && wanted.toLowerCase() === "all") return { ...base, orgs: granted, mode: "all" };
  const chosen =
    wanted === undefined || wanted === ""
      ? (granted.find((org) => org.id === principal.defaultOrgId) ?? granted[0])
      : granted.find((org) => org.code === wanted || org.id === wanted);
  if (chosen === undefined && wanted !== undefined && wanted !== "") throw new EngineError("not_found", "There is no such org.");
  return { ...base, orgs: chosen === undefined ? [] : [chosen], mode: "one" };
}

/**
 * The scope of a request that names its org itself, whatever was chosen for it.
 *
 * - throws EngineError `not_found` for an org that is unknown or not granted: one and the same answer
 */
export function narrowedTo(scope: Scope, named: string): Scope {
  const granted = scope.principal.grants.find(({ org }) => org.code === named || org.id === named);
  if (granted === undefined) throw new EngineError("not_found", "There is no such org.");
  return { ...scope, orgs: [granted.org], mode: "one" };
}

/**
 * The one org of a scope.
 *
 * - throws EngineError `org_required` where several are chosen, or none
 */
export function requireOneOrg(scope: Scope): OrgContext {
  const [org, ...others] = scope.orgs;
  if (org === undefined || others.length > 0) throw new EngineError("org_required", "This concerns one org; name it in X-Org.");
  return org;
}

/** The scope that the engine itself acts with inside one org: timers, deliveries, the far end of a cascade. */
export function systemScope(org: OrgContext): Scope {
  return { principal: SYSTEM, orgs: [org], mode: "one", channel: "api" };
}

const SYSTEM: Principal = {
  id: "system",
  kind: "system",
  name: "Gatehouse",
  level: null,
  grants: [],
  defaultOrgId: null,
  narrowedTo: null,
  direct: [],
};

export const SYSTEM_ACTOR: Actor = { id: "system", kind: "system", name: "Gatehouse", permissions: [], roles: [], rank: 0, orgs: [], traits: {} };

/** Tells whether the principal holds a grant in the org. */
export function isGranted(scope: Scope, orgId: string): boolean {
  return scope.principal.kind === "system" || scope.principal.grants.some((grant) => grant.org.id === orgId);
}

/** Tells whether the org is among those chosen for this request. */
export function isChosen(scope: Scope, orgId: string): boolean {
  return scope.orgs.some((org) => org.id === orgId);
}

/**
 * The principal as rules and log see it in one org, by the access definition of the org's active release.
 *
 * Roles are not inherited along their hierarchy: a role holds what its definition lists. Roles that the release does not
 * know give nothing. Sorted, so that the same grants give the same bytes.
 */
export function actorIn(scope: Scope, orgId: string, access: AccessDefinition | null): Actor {
  const { principal } = scope;
  if (principal.kind === "system") return SYSTEM_ACTOR;
  const grant = principal.grants.find(({ org }) => org.id === orgId);
  return {
    id: principal.id,
    kind: principal.kind,
    name: principal.name,
    ...(principal.email === undefined ? {} : { email: principal.email }),
    ...rightsOf(access, {
      roles: [...(grant?.roles ?? [])].sort(),
      direct: grant === undefined ? [] : principal.direct,
      narrowedTo: principal.narrowedTo,
      level: principal.level,
    }),
    orgs: principal.grants.map(({ org }) => org.code).sort(),
  };
}

type Rights = Pick<Actor, "permissions" | "roles" | "rank" | "traits">;
type Held = Pick<Principal, "direct" | "narrowedTo" | "level"> & { readonly roles: readonly string[] };

/** A definition never changes, and few people hold something of their own: what the same grants give is worked out once. */
const rightsBy = new WeakMap<AccessDefinition, Map<string, Rights>>();
const RIGHTS_KEPT = 1_000;

function rightsOf(access: AccessDefinition | null, held: Held): Rights {
  if (access === null) return workOutRights(null, held);
  const known = rightsBy.get(access) ?? new Map<string, Rights>();
  rightsBy.set(access, known);
  const key = JSON.stringify([held.roles, held.direct, held.narrowedTo, held.level]);
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= RIGHTS_KEPT) known.clear();
  const rights = workOutRights(access, held);
  known.set(key, rights);
  return rights;
}

function workOutRights(access: AccessDefinition | null, { roles, direct, narrowedTo, level }: Held): Rights {
  const held = new Set(direct);
  for (const role of roles) for (const permission of roleOf(access, role)?.permissions ?? []) held.add(permission);
  const permissions = [...held].filter((permission) => narrowedTo === null || narrowedTo.includes(permission)).sort();
  return { permissions, roles, rank: rankOf(access, level), traits: traitsOf(access, permissions) };
}

/** Rank of a security level; that of the default level where none is named, 0 where none is defined. */
export function rankOf(access: AccessDefinition | null, level: string | null): number {
  if (access === null) return 0;
  if (level !== null && Object.hasOwn(access.levels, level)) return access.levels[level]?.rank ?? 0;
  return Object.values(access.levels).find((candidate) => candidate.default === true)?.rank ?? 0;
}

/** The definition's named traits for a set of permissions. */
export function traitsOf(access: AccessDefinition | null, permissions: readonly string[]): Readonly<Record<string, boolean>> {
  const traits: Record<string, boolean> = {};
  for (const [name, trait] of Object.entries(access?.traits ?? {})) {
    const none = trait.noneOf === undefined || !trait.noneOf.some((permission) => permissions.includes(permission));
    const any = trait.anyOf === undefined || trait.anyOf.some((permission) => permissions.includes(permission));
    traits[name] = none && any;
  }
  return traits;
}

/** Tells whether any of the actor's roles is marked as a selling one. */
export function isSelling(access: AccessDefinition | null, roles: readonly string[]): boolean {
  return roles.some((role) => roleOf(access, role)?.sales === true);
}

function roleOf(access: AccessDefinition | null, role: string) {
  return access !== null && Object.hasOwn(access.roles, role) ? access.roles[role] : undefined;
}
