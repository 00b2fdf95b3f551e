/** Instances: start, read, send, explain, history. */
import type { FastifyRequest } from "fastify";
import { explainEvent } from "../../service/instances/explain-event.ts";
import { sendEvent } from "../../service/instances/send-event.ts";
import { startInstance } from "../../service/instances/start-instance.ts";
import { listAttempts } from "../../service/queries/attempts.ts";
import { queryByContract } from "../../service/queries/contract-query.ts";
import { instanceHistory } from "../../service/queries/history.ts";
import { getInstance, listInstances } from "../../service/queries/instance.ts";
import type { Engine } from "../../service/work/engine-context.ts";
import { chooseScope, type Scope } from "../../service/work/scope.ts";
import { answered } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { freeObject, integer, name, object, PAGING, page, ref, text } from "../schemas/vocabulary.ts";

const EVENT = {
  type: name(200),
  payload: freeObject,
  override: object({ gate: name(200), reason: name(200), note: text(2_000) }, ["gate", "reason"]),
  expectedSeq: integer(0, Number.MAX_SAFE_INTEGER),
};
const REFUSALS = ["instance_not_found", "event_not_permitted", "event_not_available", "gate_blocked", "invariant_violated", "limit_exceeded"] as const;

function instanceByCode(engine: Engine, request: FastifyRequest, scope: Scope, params: Readonly<Record<string, string>>): Promise<unknown> {
  const { machine = "", ref: code = "" } = params;
  const { principal } = scope;
  if (principal.kind !== "client") return getInstance(engine, scope, { instance: `${machine}:${code}` });
  const asked = request.headers["x-org"] === undefined ? chooseScope(principal, { org: "all", channel: scope.channel }) : scope;
  return queryByContract(engine, asked, { machine, ref: code });
}

export function instanceRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "POST",
      path: "/api/v1/instances",
      id: "startInstance",
      tag: "instances",
      summary: "Start an instance by one of its machine's start events",
      body: object(
        {
          machine: name(200),
          event: object({ type: name(200), payload: freeObject }, ["type"]),
          record: object({ type: name(200), id: name(300) }, ["type", "id"]),
        },
        ["machine", "event"],
      ),
      answers: { 201: { description: "Started.", schema: ref("Instance") } },
      errors: [
        "definition_not_found",
        "record_not_found",
        "event_not_permitted",
        "event_not_available",
        "gate_blocked",
        "invariant_violated",
        "unique_taken",
        "limit_exceeded",
      ],
      async handle(call) {
        return answered(call, await startInstance(engine, call.scope, { ...call.body, ...idempotencyOf(call.request) }));
      },
    },
    {
      method: "GET",
      path: "/api/v1/instances",
      id: "listInstances",
      tag: "instances",
      summary: "Instances by machine, state, record or key",
      query: {
        ...PAGING,
        machine: name(200),
        state: name(300, { description: "A state path: also its descendants." }),
        record: name(400, { description: "`<type>:<id or code>`." }),
        key: name(300),
        status: { type: "string", enum: ["active", "done", "stopped"] },
      },
      answers: { 200: { description: "A page.", schema: page("Instance") } },
      handle: ({ scope, query }) => listInstances(engine, scope, query),
    },
    {
      method: "GET",
      path: "/api/v1/instances/:id",
      id: "getInstance",
      tag: "instances",
      summary: "One instance with its events, checklist, timers and tasks",
      description: "Addressed by uuid or `<machine>:<record code>`.",
      answers: { 200: { description: "The instance.", schema: ref("Instance") } },
      errors: ["instance_not_found"],
      handle: ({ scope, params }) => getInstance(engine, scope, { instance: params["id"] as string }),
    },
    {
      method: "GET",
      path: "/api/v1/instances/:machine/:ref",
      id: "getInstanceByCode",
      tag: "instances",
      summary: "One instance by its machine and its record's code",
      description: "A program that only integrates gets the values that its contract declares for the machine, in all its orgs unless X-Org names one.",
      integration: "decisions.read",
      answers: { 200: { description: "The instance, or what the contract tells of it.", schema: freeObject } },
      errors: ["instance_not_found"],
      handle: ({ request, scope, params }) => instanceByCode(engine, request, scope, params),
    },
    {
      method: "POST",
      path: "/api/v1/instances/:id/events",
      id: "sendEvent",
      tag: "instances",
      summary: "Send an event",
      description: "Only a 200 changes the instance. `gate_blocked`, `invariant_violated` and `event_not_permitted` are written to the audit log.",
      body: object(EVENT, ["type"]),
      answers: { 200: { description: "Moved, or stayed with effects.", schema: ref("Moved") } },
      errors: [...REFUSALS, "seq_conflict", "approval_void"],
      async handle(call) {
        return answered(call, await sendEvent(engine, call.scope, { instance: call.params["id"] as string, ...call.body, ...idempotencyOf(call.request) }));
      },
    },
    {
      method: "POST",
      path: "/api/v1/instances/:id/explain",
      id: "explainEvent",
      tag: "instances",
      summary: "What an event would do; changes nothing",
      unkeyed: true,
      body: object(EVENT, ["type"]),
      answers: { 200: { description: "Next state, decisions, effects, and the ways through each blocked gate.", schema: ref("Explanation") } },
      errors: REFUSALS,
      handle: ({ scope, params, body }) => explainEvent(engine, scope, { instance: params["id"] as string, ...body }),
    },
    {
      method: "GET",
      path: "/api/v1/instances/:id/history",
      id: "instanceHistory",
      tag: "instances",
      summary: "Event rows, oldest first",
      query: { ...PAGING, cursor: name(12, { pattern: "^[0-9]+$" }) },
      answers: { 200: { description: "A page.", schema: page("HistoryRow") } },
      errors: ["instance_not_found"],
      handle: ({ scope, params, query }) => instanceHistory(engine, scope, { instance: params["id"] as string, ...query }),
    },
    {
      method: "GET",
      path: "/api/v1/instances/:id/attempts",
      id: "instanceAttempts",
      tag: "instances",
      summary: "What its gates refused: who tried what, how often, and why; last tried first",
      answers: { 200: { description: "At most 200.", schema: object({ items: { type: "array", items: ref("Attempt") } }, ["items"]) } },
      errors: ["instance_not_found"],
      handle: ({ scope, params }) => listAttempts(engine, scope, { instance: params["id"] as string }),
    },
  ];
}
