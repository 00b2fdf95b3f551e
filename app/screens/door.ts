/** Everything that the pages ask of the engine, under the scope of one request. app/engine.server.ts opens it. */

import type { JsonObject } from "#engine/schema/json.ts";
import type { ActRequest, ActResult, GuidedView, PreviewView } from "./guided.ts";
import type { BulkResult, DetailView, InboxView, ListRequest, RecordPage, ViewPage } from "./lists.ts";
import type { OperationsView, VerifyResult } from "./operations.ts";
import type { SettingsPage } from "./settings.ts";
import type { Hit, ShellView } from "./shell.ts";

export interface Door {
  shell(): Promise<ShellView>;
  /** View slug -> how much waits there. */
  waiting(): Promise<Readonly<Record<string, number>>>;
  search(text: string): Promise<readonly Hit[]>;
  pick(type: string, text: string, where?: JsonObject): Promise<readonly { readonly value: string; readonly label: string; readonly note: string }[]>;
  inbox(request: ListRequest): Promise<InboxView>;
  guided(instance: string): Promise<GuidedView>;
  preview(request: Omit<ActRequest, "once">): Promise<PreviewView>;
  act(request: ActRequest): Promise<ActResult>;
  begin(id: string, payload: JsonObject, once: string): Promise<ActResult>;
  bulk(type: string, instances: readonly string[], payload: JsonObject, once: string): Promise<BulkResult>;
  complete(tasks: readonly string[], outcome: string, note: string | null, once: string): Promise<BulkResult>;
  view(slug: string, request: ListRequest): Promise<ViewPage>;
  detail(slug: string, page: string, code: string): Promise<DetailView>;
  record(type: string, id: string): Promise<RecordPage>;
  saveRecord(type: string, id: string, etag: string, changes: JsonObject): Promise<ActResult>;
  settings(key: string | null, member?: string | null): Promise<SettingsPage>;
  testMail(key: string, mail: string, words: JsonObject | null): Promise<ActResult>;
  saveSettings(key: string, etag: string, changes: JsonObject): Promise<ActResult>;
  operations(request: ListRequest, span: string | null): Promise<OperationsView>;
  outbox(id: string, act: "retry" | "discard", reason: string | null): Promise<ActResult>;
  verify(): Promise<VerifyResult>;
}
