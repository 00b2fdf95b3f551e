/** Up to where the scheduled mails of an org have told what happened. */
import { defineEntity } from "@mikro-orm/core";
import { at, orgKey, text } from "./columns.ts";
import { orgPolicies } from "./policies.ts";

export const ScheduleRun = defineEntity({
  name: "ScheduleRun",
  tableName: "schedule_run",
  properties: { orgId: orgKey(), mail: text().primary(), toldUntil: at() },
  ...orgPolicies("schedule_run"),
});
