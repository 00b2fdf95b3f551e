import { PassThrough } from "node:stream";
import { createReadableStreamFromReadable } from "@react-router/node";
import { isbot } from "isbot";
import { renderToPipeableStream } from "react-dom/server";
import { type EntryContext, isRouteErrorResponse, type RouterContextProvider, ServerRouter } from "react-router";
import { hostContext } from "./host.server.ts";
import { NonceProvider } from "./shell/nonce.ts";

export { hostContext };
export const streamTimeout = 10_000;

/** Renders a page as a stream; robots get it whole. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  router: EntryContext,
  context: RouterContextProvider,
): Promise<Response> | Response {
  if (request.method.toUpperCase() === "HEAD") return new Response(null, { status, headers });
  const { nonce, engine } = context.get(hostContext);
  const wait = isbot(request.headers.get("user-agent") ?? "") ? "onAllReady" : "onShellReady";
  return new Promise((resolve, reject) => {
    let started = false;
    const timer = setTimeout(() => abort(), streamTimeout + 1000);
    const { pipe, abort } = renderToPipeableStream(
      <NonceProvider value={nonce}>
        <ServerRouter context={router} url={request.url} nonce={nonce} />
      </NonceProvider>,
      {
        nonce,
        [wait]() {
          started = true;
          const body = new PassThrough({
            final(done) {
              clearTimeout(timer);
              done();
            },
          });
          headers.set("Content-Type", "text/html; charset=utf-8");
          headers.set("Cache-Control", "no-store");
          resolve(new Response(createReadableStreamFromReadable(body), { headers, status }));
          pipe(body);
        },
        onShellError: reject,
        onError(error: unknown) {
          if (started && !request.signal.aborted) engine.log.error({ err: error, path: new URL(request.url).pathname }, "a page failed while streaming");
        },
      },
    );
  });
}

/** Faults of loaders and actions; outcomes are answered by the routes themselves and never come here. */
export function handleError(error: unknown, { request, context }: { request: Request; context: RouterContextProvider }): void {
  if (request.signal.aborted || isRouteErrorResponse(error)) return;
  context.get(hostContext).engine.log.error({ err: error, path: new URL(request.url).pathname }, "a page failed");
}
