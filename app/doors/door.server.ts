/** Binds the pages' questions and acts to one engine and one scope. */

import { waitingInViews } from "#engine/service/queries/waiting.ts";
import type { Engine } from "#engine/service/work/engine-context.ts";
import type { Scope } from "#engine/service/work/scope.ts";
import type { Door } from "../screens/door.ts";
import { act, bulk, complete, preview } from "./acts.server.ts";
import { begin } from "./begin.server.ts";
import { guided } from "./guided.server.ts";
import { inbox } from "./inbox.server.ts";
import { operations, settleOutbox, verify } from "./operations.server.ts";
import { record, saveRecord } from "./records.server.ts";
import { saveSettings, settings, testMail } from "./settings.server.ts";
import { pick, search, shell } from "./shell.server.ts";
import { detail, view } from "./views.server.ts";

export function createDoor(engine: Engine, scope: Scope): Door {
  return {
    shell: () => shell(engine, scope),
    waiting: () => waitingInViews(engine, scope),
    search: (text) => search(engine, scope, text),
    pick: (type, text, where) => pick(engine, scope, type, text, where),
    inbox: (request) => inbox(engine, scope, request),
    guided: (instance) => guided(engine, scope, instance),
    preview: (request) => preview(engine, scope, request),
    act: (request) => act(engine, scope, request),
    begin: (id, payload, once) => begin(engine, scope, id, payload, once),
    bulk: (type, instances, payload, once) => bulk(engine, scope, type, instances, payload, once),
    complete: (tasks, outcome, note, once) => complete(engine, scope, tasks, outcome, note, once),
    view: (slug, request) => view(engine, scope, slug, request),
    detail: (slug, page, code) => detail(engine, scope, slug, page, code),
    record: (type, id) => record(engine, scope, type, id),
    saveRecord: (type, id, etag, changes) => saveRecord(engine, scope, type, id, etag, changes),
    settings: (key, member) => settings(engine, scope, key, member),
    testMail: (key, mail, words) => testMail(engine, scope, key, mail, words),
    saveSettings: (key, etag, changes) => saveSettings(engine, scope, key, etag, changes),
    operations: (request, span) => operations(engine, scope, request, span),
    outbox: (id, settled, reason) => settleOutbox(engine, scope, id, settled, reason),
    verify: () => verify(engine, scope),
  };
}
