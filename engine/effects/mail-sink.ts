/**
 * The built-in mail server: a real SMTP server on a loopback port that keeps what it receives, so that a demo or a test sends
 * real mail and nobody outside gets any. Its answer comes after the message is stored. Addresses under `.invalid`, which never
 * exist (RFC 2606), it turns down as a mail server does.
 */
import { createServer } from "node:net";
import PostalMime from "postal-mime";
import { SMTPServer } from "smtp-server";

export interface SinkMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly attachments: readonly { readonly name: string; readonly mime: string; readonly bytes: number }[];
  readonly receivedAt: string;
}

export interface MailSink {
  readonly port: number;
  list(): readonly SinkMail[];
  clear(): void;
  close(): Promise<void>;
}

const KEPT = 10_000;
const MAX_BYTES = 25 * 1024 * 1024;

/** Starts the sink on a free loopback port (or the given one). `now` stamps what arrives. */
export async function startMailSink(now: () => string, wanted = 0): Promise<MailSink> {
  const port = wanted || (await freePort());
  let mails: SinkMail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    disableReverseLookup: true,
    size: MAX_BYTES,
    onRcptTo({ address }, _session, done) {
      if (address.toLowerCase().endsWith(".invalid")) done(Object.assign(new Error("5.1.1 There is no such mailbox"), { responseCode: 550 }));
      else done();
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const from = session.envelope.mailFrom === false ? "" : session.envelope.mailFrom.address;
        const to = session.envelope.rcptTo.map(({ address }) => address);
        read(Buffer.concat(chunks), from, to, now()).then(
          (mail) => {
            mails = [...mails.slice(-(KEPT - 1)), mail];
            done();
          },
          (error: Error) => done(error),
        );
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port,
    list: () => mails,
    clear: () => {
      mails = [];
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function read(raw: Buffer, from: string, to: readonly string[], receivedAt: string): Promise<SinkMail> {
  const parsed = await PostalMime.parse(raw);
  return {
    messageId: parsed.messageId ?? "",
    from,
    to,
    subject: parsed.subject ?? "",
    html: parsed.html ?? "",
    text: parsed.text ?? "",
    headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key, value])),
    attachments: parsed.attachments.map((attachment) => ({
      name: attachment.filename ?? "",
      mime: attachment.mimeType,
      bytes: typeof attachment.content === "string" ? attachment.content.length : attachment.content.byteLength,
    })),
    receivedAt,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
