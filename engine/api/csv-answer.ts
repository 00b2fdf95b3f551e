/** Answers with a CSV file (RFC 4180). */
import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { attachment } from "./attachment.ts";

/** Sends a text at once, pieces as they come. */
export function sendCsv(reply: FastifyReply, name: string, csv: string | AsyncIterable<string>): FastifyReply {
  return reply
    .type("text/csv; charset=utf-8")
    .header("content-disposition", attachment(name))
    .send(typeof csv === "string" ? csv : Readable.from(csv));
}
