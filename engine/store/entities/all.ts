/** Every table, as MikroORM.init takes them. */

import { BlockedAttempt, GateTally } from "./attempt.ts";
import { Activation, DefinitionVersionEntity, Draft, DraftDefinitionEntity, Release, ReleaseDecisionEntity } from "./definition.ts";
import { ContractReceipt, Inbox, Outbox, WatermarkEntity, Webhook } from "./delivery.ts";
import { DocumentEntity, DocumentPdf } from "./document.ts";
import { ImportJob, ImportRow } from "./import.ts";
import { EventLog, Instance, Task, Timer } from "./instance.ts";
import { ApiClient, ApiKey, Org, OrgGrant, Person, Setting, SettingVersion, WebSession } from "./org.ts";
import { AuditLog, Checkpoint, CheckpointHead, FileEntity, ReplayDiff, ReplayJob } from "./proof.ts";
import { RecordEntity, RecordGrant, RecordUnique, RecordVersionEntity } from "./record.ts";
import { ScheduleRun } from "./schedule-run.ts";

export const ENTITIES = [
  Org,
  Person,
  OrgGrant,
  ApiClient,
  ApiKey,
  WebSession,
  Setting,
  SettingVersion,
  RecordEntity,
  RecordVersionEntity,
  RecordUnique,
  RecordGrant,
  Instance,
  EventLog,
  Timer,
  Task,
  Outbox,
  Inbox,
  WatermarkEntity,
  ContractReceipt,
  Webhook,
  DefinitionVersionEntity,
  Draft,
  DraftDefinitionEntity,
  Release,
  ReleaseDecisionEntity,
  Activation,
  AuditLog,
  Checkpoint,
  CheckpointHead,
  ReplayJob,
  ReplayDiff,
  FileEntity,
  DocumentEntity,
  DocumentPdf,
  ImportJob,
  ImportRow,
  BlockedAttempt,
  GateTally,
  ScheduleRun,
] as const;
