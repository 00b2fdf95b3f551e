/** The caller's inbox. */
import { completeTask } from "../../service/instances/complete-task.ts";
import { listTasks } from "../../service/queries/inbox.ts";
import { answered } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { boolean, freeObject, name, object, oneOf, PAGING, page, text } from "../schemas/vocabulary.ts";

export function taskRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/tasks",
      id: "listTasks",
      tag: "tasks",
      summary: "Tasks and approvals that the caller may complete",
      query: {
        ...PAGING,
        kind: name(200),
        status: oneOf("open", "done", "cancelled", "void"),
        all: boolean("Those of others too, for readers of the audit log."),
      },
      answers: { 200: { description: "A page.", schema: page("Task") } },
      handle: ({ scope, query }) => listTasks(engine, scope, query),
    },
    {
      method: "POST",
      path: "/api/v1/tasks/:id/complete",
      id: "completeTask",
      tag: "tasks",
      summary: "Complete a task with one of its outcomes",
      body: object({ outcome: name(200), note: text(4_000), payload: freeObject }, ["outcome"]),
      answers: { 200: { description: "The task, and what the event that it sent did.", schema: { type: "object", additionalProperties: true } } },
      errors: ["task_closed", "approval_void", "event_not_permitted", "event_not_available", "gate_blocked", "invariant_violated", "seq_conflict"],
      handle: async (call) =>
        answered(call, await completeTask(engine, call.scope, { id: call.params["id"] as string, ...call.body, ...idempotencyOf(call.request) })),
    },
  ];
}
