/** Liveness and readiness. Neither tells a version, an address or what exactly is wrong. */
import type { FastifyInstance } from "fastify";
import { EngineError } from "../../core/errors.ts";
import type { Engine } from "../../service/work/engine-context.ts";

export function registerHealth(app: FastifyInstance, engine: Engine): void {
  const hidden = { schema: { hide: true } };
  app.get("/healthz", hidden, () => ({ status: "ok" }));
  app.get("/readyz", hidden, async () => {
    try {
      await engine.store.check();
    } catch (cause) {
      throw new EngineError("unavailable", "The database is not reachable or not migrated.", { retryAfter: 2 }, { cause });
    }
    return { status: "ready" };
  });
}
