/** What Node's own HTTP parser refuses before there is a request: the only answers that do not pass through a route. */
import type { Socket } from "node:net";
import { EngineError } from "../core/errors.ts";
import { PROBLEM_TYPE, toProblem } from "./problem.ts";
import { newRequestId } from "./request-id.ts";

/** Node's default for the request line and all headers together. */
const HEADER_BYTES = 16_384;

export function answerClientFault(error: { readonly code?: string }, socket: Socket): void {
  if (!socket.writable || socket.destroyed) return;
  // Who does not speak HTTP reads no problem either.
  if (error.code !== "HPE_HEADER_OVERFLOW") {
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    return;
  }
  const detail = `The address and the headers together are longer than ${HEADER_BYTES} bytes.`;
  const body = JSON.stringify(toProblem(new EngineError("too_large", detail, { limit: HEADER_BYTES }), newRequestId()));
  socket.end(
    `HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Type: ${PROBLEM_TYPE}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
