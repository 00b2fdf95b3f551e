/** What the asker may do in the studio, so that its pages offer nothing else. The use cases ask again. */
import type { Engine } from "../work/engine-context.ts";
import type { Scope } from "../work/scope.ts";
import { inStudio, mayInStudio } from "./studio-work.ts";

export async function mayDecideReleases(engine: Engine, scope: Scope): Promise<boolean> {
  return await inStudio(engine, scope, "rules.view", async (work) => mayInStudio(work, "rules.publish"));
}
