import { data } from "react-router";
import { EngineError } from "#engine/core/errors.ts";
import type { Problem } from "#engine/core/problem.ts";
import type { Kind } from "#engine/schema/definition-base.ts";
import type { Json } from "#engine/schema/json.ts";
import { deleteDraft, deleteDraftDefinition, putDraftDefinition, rebaseDraft, renameDraft } from "#engine/service/releases/drafts.ts";
import { sameJson } from "#studio/document/json-path.ts";
import type { SaveAnswer } from "#studio/document/save-machine.ts";
import { openStudio, storedInDraft } from "../../doors/studio.server.ts";
import { readJson } from "../../read-json.server.ts";
import type { Route } from "./+types/save.ts";

/** Changes of a draft: a definition saved or taken back, a new name, a move onto the release in force, or its end. */
export async function action({ request, context, params }: Route.ActionArgs) {
  const { engine, scope } = await openStudio(request, context);
  const body = await readBody(request);
  const text = (name: string): string => String(body[name] ?? "");
  const { id } = params;
  try {
    switch (text("act")) {
      case "definition": {
        const { definition, problems } = await putDraftDefinition(engine, scope, {
          id,
          kind: text("kind"),
          key: text("key"),
          content: body["content"] as Json,
          ...(body["revision"] === undefined ? {} : { revision: Number(body["revision"]) }),
        });
        return { ok: true, revision: definition.revision, problems } satisfies SaveAnswer;
      }
      case "take-back":
        await deleteDraftDefinition(engine, scope, { id, kind: text("kind"), key: text("key") });
        break;
      case "rename":
        await renameDraft(engine, scope, { id, name: text("name") });
        break;
      case "rebase":
        await rebaseDraft(engine, scope, { id });
        break;
      case "discard":
        await deleteDraft(engine, scope, { id });
        break;
      default:
        return data({ ok: false, why: "There is no such act.", code: "query_invalid" } satisfies SaveAnswer, { status: 400 });
    }
    return { ok: true, revision: 0, problems: [] } satisfies SaveAnswer;
  } catch (error) {
    if (!(error instanceof EngineError) || error.code === "internal") throw error;
    const sent = body["content"];
    const theirs =
      text("act") === "definition" && wasSavedByOthers(error) ? await storedInDraft(engine, scope, { id, kind: text("kind"), key: text("key") }) : null;
    // What stands there is what was sent: the answer to its save was lost.
    if (theirs !== null && sameJson(theirs.content, sent as Json)) return { ok: true, revision: theirs.revision, problems: [] } satisfies SaveAnswer;
    if (theirs !== null) return { ok: false, why: sentenceOf(error), code: error.code, theirs } satisfies SaveAnswer;
    return { ok: false, why: sentenceOf(error), code: error.code, problems: problemsOf(error, text("kind") as Kind, text("key")) } satisfies SaveAnswer;
  }
}

/** A draft that was published or discarded is in conflict too; then there is no revision to stand on. */
function wasSavedByOthers({ code, data: { conflicts } }: EngineError): boolean {
  return code === "draft_conflict" && Array.isArray(conflicts) && typeof (conflicts[0] as { readonly revision?: unknown } | undefined)?.revision === "number";
}

/** What the schema finds, with its places. */
function problemsOf(error: EngineError, kind: Kind, key: string): readonly Problem[] {
  const errors = Array.isArray(error.data["errors"]) ? (error.data["errors"] as readonly { readonly path?: string; readonly message?: string }[]) : [];
  return errors.map(({ path = "", message = "" }) => ({
    severity: "error",
    code: error.code,
    kind,
    key,
    path,
    message,
    hint: "Not saved until it is mended.",
  }));
}

const sentenceOf = (error: EngineError): string =>
  error.code === "definition_invalid" || error.code === "draft_conflict" ? `Not saved: ${error.message}` : error.message;

async function readBody(request: Request): Promise<Readonly<Record<string, unknown>>> {
  if (request.headers.get("Content-Type")?.includes("application/json") === true) return (await readJson(request)) as Readonly<Record<string, unknown>>;
  return Object.fromEntries(await request.formData());
}
