/** The caller's inbox. */
import { completeTask } from "../../service/complete-task.ts";
import { listTasks } from "../../service/queries/list-tasks.ts";
import { answered } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import { listInput } from "../list-input.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { boolean, freeObject, LIST_QUERY, name, object, page, text } from "../schemas/vocabulary.ts";

export function taskRoutes({ engine }: RouteContext): RouteSpec[] {
  return [
    {
      method: "GET",
      path: "/api/v1/tasks",
      id: "listTasks",
      tag: "tasks",
      summary: "Tasks and approvals that the caller may complete",
      query: {
        ...LIST_QUERY,
        kind: name(200),
        instance: name(400),
        status: { type: "string", enum: ["open", "done", "cancelled"] },
        mine: boolean("Only those assigned to the caller."),
      },
      answers: { 200: { description: "A page.", schema: page("Task") } },
      handle: ({ scope, query }) => listTasks(engine, scope, listInput(query)),
    },
    {
      method: "POST",
      path: "/api/v1/tasks/:id/complete",
      id: "completeTask",
      tag: "tasks",
      summary: "Complete a task with one of its outcomes",
      body: object({ outcome: name(200), note: text(4_000), payload: freeObject }, ["outcome"]),
      answers: { 200: { description: "The task, and what the event that it sent did.", schema: { type: "object", additionalProperties: true } } },
      errors: ["task_closed", "approval_void", "event_not_permitted", "event_not_available", "gate_blocked", "seq_conflict"],
      keyedByService: true,
      handle: async (call) =>
        answered(call, await completeTask(engine, call.scope, { id: call.params["id"] as string, ...call.body, ...idempotencyOf(call.request) })),
    },
  ];
}
