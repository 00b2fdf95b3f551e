/** Releases: numbered, immutable, approved by somebody who did not write them. */

import { EngineError } from "../../core/errors.ts";
import { approveRelease, rejectRelease } from "../../service/releases/decide-release.ts";
import { createRelease } from "../../service/releases/publish-release.ts";
import { diffReleases, getRelease, listReleases } from "../../service/releases/studio-queries.ts";
import { answered } from "../answer.ts";
import { idempotencyOf } from "../idempotency.ts";
import type { RouteSpec } from "../route.ts";
import type { RouteContext } from "../route-context.ts";
import { name, object, PAGING, page, ref, text } from "../schemas/vocabulary.ts";

export function releaseRoutes({ engine }: RouteContext): RouteSpec[] {
  const decide = (verb: "approve" | "reject"): RouteSpec => ({
    method: "POST",
    path: `/api/v1/releases/:number/${verb}`,
    id: `${verb}Release`,
    tag: "studio",
    summary: verb === "approve" ? "Approve a pending release" : "Reject a pending release",
    body: { anyOf: [object({ note: text(4_000) }), { type: "null" }] },
    answers: { 200: { description: "The release.", schema: ref("Release") } },
    errors: ["own_release", "release_decided"],
    async handle(call) {
      const { request, scope, params, body } = call;
      const decision = { number: releaseNumber(params["number"] as string), note: body?.note ?? "", ...idempotencyOf(request) };
      return answered(call, await (verb === "approve" ? approveRelease : rejectRelease)(engine, scope, decision));
    },
  });
  return [
    {
      method: "POST",
      path: "/api/v1/releases",
      id: "createRelease",
      tag: "studio",
      summary: "Make a release of a draft",
      description: "Pending where the org demands four eyes. All publish checks run first.",
      body: object({ draft: name(100), note: text(4_000) }, ["draft", "note"]),
      answers: { 201: { description: "The release.", schema: ref("Release") } },
      errors: ["checks_failed", "draft_conflict"],
      handle: async (call) => answered(call, await createRelease(engine, call.scope, { ...call.body, ...idempotencyOf(call.request) })),
    },
    decide("approve"),
    decide("reject"),
    {
      method: "GET",
      path: "/api/v1/releases",
      id: "listReleases",
      tag: "studio",
      summary: "Releases, newest first",
      query: { ...PAGING },
      answers: { 200: { description: "A page.", schema: page("Release") } },
      handle: ({ scope, query }) => listReleases(engine, scope, query),
    },
    {
      method: "GET",
      path: "/api/v1/releases/:number",
      id: "getRelease",
      tag: "studio",
      summary: "One release with its manifest",
      answers: { 200: { description: "The release.", schema: ref("Release") } },
      handle: ({ scope, params }) => getRelease(engine, scope, { number: releaseNumber(params["number"] as string) }),
    },
    {
      method: "GET",
      path: "/api/v1/releases/:a/diff/:b",
      id: "diffReleases",
      tag: "studio",
      summary: "Structural differences between two releases",
      answers: { 200: { description: "By definition.", schema: ref("ReleaseDiff") } },
      handle: ({ scope, params }) => diffReleases(engine, scope, { a: releaseNumber(params["a"] as string), b: releaseNumber(params["b"] as string) }),
    },
  ];
}

/** A path segment as a release number; what is none names no release. */
export function releaseNumber(text: string): number {
  const number = /^[1-9]\d{0,9}$/u.test(text) ? Number(text) : 0;
  if (number < 1 || number > 2_147_483_647) throw new EngineError("not_found", "There is no such release.");
  return number;
}
