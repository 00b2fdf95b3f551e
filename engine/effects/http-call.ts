/** One outbound POST: no redirects, public addresses only, bounded in time and in what it reads back. */
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { Delivery } from "../core/ports.ts";
import { isPublicAddress, publicLookup } from "./public-address.ts";

export interface HttpCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Host names that an operator allows although they are not public. */
  readonly allowedHosts: ReadonlySet<string>;
  readonly timeoutMs: number;
}

const MAX_READ_BYTES = 64 * 1024;

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly body: string;
}

/** Sends it and judges the answer by status: 2xx delivered, 408/425/429/5xx retry, other 4xx refused, no answer retry. */
export async function deliverHttp(call: HttpCall, signal: AbortSignal, judge: (answer: HttpAnswer) => Delivery | null = () => null): Promise<Delivery> {
  const refusal = refuseUrl(call);
  if (refusal !== null) return { result: "refused", reason: refusal };
  try {
    const answer = await post(call, signal);
    const own = judge(answer);
    if (own !== null) return own;
    if (answer.status >= 200 && answer.status < 300) return { result: "delivered", detail: `HTTP ${answer.status}` };
    const reason = `HTTP ${answer.status}${answer.body === "" ? "" : `: ${answer.body.slice(0, 200)}`}`;
    if (answer.status === 410) return { result: "refused", reason };
    if ([408, 425, 429].includes(answer.status) || answer.status >= 500) {
      return answer.retryAfterMs === null ? { result: "retry", reason } : { result: "retry", reason, afterMs: answer.retryAfterMs };
    }
    return { result: "refused", reason };
  } catch (error) {
    return { result: "retry", reason: error instanceof Error ? error.message : String(error) };
  }
}

function refuseUrl(call: HttpCall): string | null {
  if (!URL.canParse(call.url)) return "The endpoint is not a URL";
  const url = new URL(call.url);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "https:" && url.protocol !== "http:") return `${url.protocol} is not http or https`;
  if (url.username !== "" || url.password !== "") return "The endpoint carries credentials";
  if (call.allowedHosts.has(host)) return null;
  if (url.protocol === "http:") return "The endpoint is not https";
  if (isIP(host) !== 0 && !isPublicAddress(host)) return `${host} is not a public address`;
  return null;
}

function post(call: HttpCall, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const url = new URL(call.url);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const body = Buffer.from(call.body, "utf8");
    const request = send(url, {
      method: "POST",
      headers: { ...call.headers, "Content-Length": String(body.length), "User-Agent": "Gatehouse" },
      lookup: publicLookup(call.allowedHosts),
      signal: AbortSignal.any([signal, AbortSignal.timeout(call.timeoutMs)]),
      agent: false,
    });
    request.once("error", reject);
    request.once("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_READ_BYTES) chunks.push(chunk);
        else response.destroy();
      });
      response.once("close", () =>
        resolve({ status: response.statusCode ?? 0, retryAfterMs: retryAfter(response.headers["retry-after"]), body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    request.end(body);
  });
}

function retryAfter(header: string | undefined): number | null {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : null;
}
