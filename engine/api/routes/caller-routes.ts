/** Every route that takes JSON from a signed-in caller. */
import type { RouteGroup } from "../route-context.ts";
import { activationRoutes } from "./activations.ts";
import { auditRoutes } from "./audit.ts";
import { bulkRoutes } from "./bulk.ts";
import { decisionRoutes } from "./decisions.ts";
import { definitionRoutes } from "./definitions.ts";
import { documentRoutes } from "./documents.ts";
import { draftRoutes } from "./drafts.ts";
import { fileRoutes } from "./files.ts";
import { importJobRoutes, importTemplateRoutes } from "./imports.ts";
import { instanceRoutes } from "./instances.ts";
import { mailRoutes } from "./mails.ts";
import { meRoutes } from "./me.ts";
import { outboxRoutes } from "./outbox.ts";
import { receiptRoutes } from "./receipts.ts";
import { recordRoutes } from "./records.ts";
import { releaseRoutes } from "./releases.ts";
import { replayRoutes } from "./replays.ts";
import { reportRoutes } from "./reports.ts";
import { searchRoutes } from "./search.ts";
import { settingsRoutes } from "./settings.ts";
import { streamRoutes } from "./stream.ts";
import { taskRoutes } from "./tasks.ts";
import { timerRoutes } from "./timers.ts";

const GROUPS: readonly RouteGroup[] = [
  meRoutes,
  instanceRoutes,
  bulkRoutes,
  receiptRoutes,
  recordRoutes,
  importTemplateRoutes,
  importJobRoutes,
  taskRoutes,
  definitionRoutes,
  draftRoutes,
  releaseRoutes,
  activationRoutes,
  decisionRoutes,
  replayRoutes,
  mailRoutes,
  outboxRoutes,
  timerRoutes,
  auditRoutes,
  settingsRoutes,
  fileRoutes,
  documentRoutes,
  reportRoutes,
  searchRoutes,
  streamRoutes,
];

export const callerRoutes: RouteGroup = (context) => GROUPS.flatMap((group) => group(context));
