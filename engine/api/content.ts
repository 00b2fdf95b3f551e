/**
 * How bodies are read: JSON through the strict reader, everything else only where a route asks for bytes.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { decodeUtf8, parseJson } from "./json-text.ts";

/** Bytes that import, batch and upload take. */
export const LARGE_BODY = 25 * 1024 * 1024;

declare module "fastify" {
  interface FastifyRequest {
    /** The bytes as they came in, where the route's scope keeps them (signatures). */
    rawBody: Buffer | null;
  }
}

/** JSON bodies: parsed within the limits; no other type is understood. */
export function readJsonBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(["application/json", "application/merge-patch+json"], { parseAs: "buffer" }, (_request, body, done) => {
    try {
      done(null, parseJson(decodeUtf8(body as Buffer)));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

/** Bodies stay bytes, for routes that check a signature over them first or take a file. */
export function readRawBodies(app: FastifyInstance, types: readonly string[]): void {
  app.removeAllContentTypeParsers();
  for (const type of types) {
    app.addContentTypeParser(type, { parseAs: "buffer" }, (request: FastifyRequest, body, done) => {
      request.rawBody = body as Buffer;
      done(null, body);
    });
  }
}

/** The body of a raw route; empty where none was sent. */
export function rawBodyOf(request: FastifyRequest): Buffer {
  return request.rawBody ?? Buffer.alloc(0);
}
