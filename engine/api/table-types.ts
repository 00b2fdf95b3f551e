/** Media types of the tables that imports take. */
import type { FastifyRequest } from "fastify";

const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
export const TABLE_TYPES: readonly string[] = ["text/csv", XLSX];

export function formatOf(request: FastifyRequest): "csv" | "xlsx" {
  return (request.headers["content-type"] ?? "").toLowerCase().startsWith(XLSX) ? "xlsx" : "csv";
}
