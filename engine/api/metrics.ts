/** Prometheus metrics: what Node tells, and a histogram of requests by route pattern (never by address as sent). */
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Histogram, type Registry } from "prom-client";

export function registerMetrics(app: FastifyInstance, registry: Registry): void {
  if (registry.getSingleMetric("process_cpu_user_seconds_total") === undefined) collectDefaultMetrics({ register: registry });
  const name = "gatehouse_http_request_seconds";
  const seconds =
    (registry.getSingleMetric(name) as Histogram<"method" | "route" | "status"> | undefined) ??
    new Histogram({
      name,
      help: "Time from the request's head to the end of the answer.",
      labelNames: ["method", "route", "status"],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [registry],
    });
  app.addHook("onResponse", (request, reply, done) => {
    seconds.observe({ method: request.method, route: request.routeOptions.url ?? "none", status: String(reply.statusCode) }, reply.elapsedTime / 1000);
    done();
  });
  app.get("/metrics", { schema: { hide: true } }, async (_request, reply) => reply.type(registry.contentType).send(await registry.metrics()));
}
