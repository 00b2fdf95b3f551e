/**
 * Hands one mail to the mail server, and tells honestly what became of it (reliability P7, RFC 5321 §4.2.5, RFC 1047).
 *
 * The only ambiguous moment of SMTP is between the last line of the message and the server's answer. Before it a failure is a
 * `retry`; an explicit 4yz is a `retry`, a 5yz `refused`; a connection that breaks inside the window is `unclear` for mails of
 * class A (at most once) and a `retry` for class B (at least once, same Message-ID).
 */
import { Readable } from "node:stream";
import MailComposer from "nodemailer/lib/mail-composer";
import SMTPConnection from "nodemailer/lib/smtp-connection";
import type { Delivery, EffectHandler, OutboxItem } from "../core/ports.ts";
import { rejectedAddresses } from "./rejected-addresses.ts";

export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** Implicit TLS. Otherwise STARTTLS is used where offered, and demanded with `requireTls`. */
  readonly secure: boolean;
  readonly requireTls: boolean;
  readonly user?: string;
  readonly password?: string;
  /** Address that a mail comes from when its org has none. */
  readonly from: string;
}

interface MailBody {
  readonly recipients: readonly string[];
  readonly cc?: readonly string[] | null;
  readonly reply_to?: string | null;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly from?: { readonly name?: string; readonly address?: string };
  readonly attachments?: readonly { readonly name: string; readonly mime: string; readonly base64: string }[];
  readonly class?: "A" | "B";
}

/** One addr-spec, no display name, no list, no group (reliability T15): everything else could reach someone not meant. */
const ADDRESS = /^[^\s@<>(),;:\\"[\]]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+$/;

export const isAddress = (text: string): boolean => text.length <= 254 && ADDRESS.test(text);

const DEADLINE_MS = 60_000;

export function createMailHandler(server: MailServer): EffectHandler {
  return {
    kind: "mail",
    atMostOnce: (item) => (item.body as unknown as MailBody).class !== "B",
    deliver: (item, signal) => deliverMail(server, item, signal),
  };
}

async function deliverMail(server: MailServer, item: OutboxItem, signal: AbortSignal): Promise<Delivery> {
  const body = item.body as unknown as MailBody;
  const everybody = [...body.recipients, ...(body.cc ?? [])];
  const wrong = everybody.filter((address) => !isAddress(address));
  if (wrong.length > 0) return { result: "refused", reason: `${wrong.length} of ${everybody.length} recipients are not single addresses` };
  if (body.recipients.length === 0) return { result: "refused", reason: "There is no recipient" };
  const from = { name: singleLine(body.from?.name ?? ""), address: body.from?.address && isAddress(body.from.address) ? body.from.address : server.from };
  const message = await compose(item.key, from, body);
  return await send(server, { from: from.address, to: everybody }, message, body.class ?? "A", signal);
}

const singleLine = (text: string): string => text.replace(/[\r\n\t\0]+/g, " ").trim();

function compose(key: string, from: { name: string; address: string }, body: MailBody): Promise<Buffer> {
  const composer = new MailComposer({
    from,
    to: body.recipients.map((address) => ({ name: "", address })),
    ...((body.cc ?? []).length === 0 ? {} : { cc: (body.cc ?? []).map((address) => ({ name: "", address })) }),
    ...(body.reply_to && isAddress(body.reply_to) ? { replyTo: { name: "", address: body.reply_to } } : {}),
    subject: singleLine(body.subject),
    text: body.text,
    html: body.html,
    messageId: `<${encodeURIComponent(key)}@${from.address.split("@")[1] ?? "localhost"}>`,
    headers: { "Auto-Submitted": "auto-generated" },
    attachments: (body.attachments ?? []).map(({ name, mime, base64 }) => ({
      filename: singleLine(name),
      contentType: mime,
      content: base64,
      encoding: "base64",
    })),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

type SmtpError = Error & { readonly responseCode?: number; readonly command?: string; readonly rejectedErrors?: Parameters<typeof rejectedAddresses>[0] };

function send(server: MailServer, envelope: { from: string; to: string[] }, message: Buffer, mailClass: "A" | "B", signal: AbortSignal): Promise<Delivery> {
  return new Promise((resolve) => {
    /** True from the moment the last byte of the message was handed over until the server answered. */
    let inWindow = false;
    let settled = false;
    const connection = new SMTPConnection({
      host: server.host,
      port: server.port,
      secure: server.secure,
      requireTLS: server.requireTls,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 30_000,
      disableFileAccess: true,
      disableUrlAccess: true,
    } as ConstructorParameters<typeof SMTPConnection>[0]);
    const settle = (delivery: Delivery) => {
      if (settled) return;
      settled = true;
      clearTimeout(deadline);
      signal.removeEventListener("abort", abandon);
      if (delivery.result === "delivered") connection.quit();
      else connection.close();
      resolve(delivery);
    };
    const failed = (error: SmtpError) => settle(judge(error, inWindow, mailClass));
    const abandon = () => failed(new Interruption("The worker stops"));
    const deadline = setTimeout(() => failed(new Interruption(`No answer within ${DEADLINE_MS / 1000} s`)), DEADLINE_MS);
    signal.addEventListener("abort", abandon, { once: true });
    connection.on("error", failed as (error: Error) => void);
    connection.on("end", () => failed(new Interruption("The server closed the connection")));

    const transmit = () => {
      const stream = Readable.from([message]);
      stream.once("end", () => {
        inWindow = true;
      });
      connection.send(envelope, stream, (error, info) => {
        if (error) failed(error as SmtpError);
        else settle({ result: "delivered", detail: singleLine(info.response).slice(0, 200), ...rejectedAddresses(info.rejectedErrors) });
      });
    };
    connection.connect((error) => {
      if (error) return failed(error as SmtpError);
      if (server.user === undefined) return transmit();
      connection.login({ user: server.user, pass: server.password ?? "" }, (loginError) => (loginError ? failed(loginError as SmtpError) : transmit()));
    });
  });
}

/** The try ended on our side. Never thrown, only judged. */
class Interruption extends Error {}

function judge(error: SmtpError, inWindow: boolean, mailClass: "A" | "B"): Delivery {
  const reason = singleLine(error.message).slice(0, 300);
  if (error.responseCode !== undefined)
    return error.responseCode >= 500 && error.command !== "AUTH"
      ? { result: "refused", reason, ...rejectedAddresses(error.rejectedErrors) }
      : { result: "retry", reason };
  if (inWindow && mailClass === "A") return { result: "unclear", reason: `Cut off while waiting for the answer to the message: ${reason}` };
  return { result: "retry", reason };
}
