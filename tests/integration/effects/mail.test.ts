/** The mail effect against a real SMTP server in each of its moods (reliability P7, T15). */
import { createServer } from "node:net";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import type { OutboxItem } from "#engine/core/ports.ts";
import { createMailHandler, isAddress } from "#engine/effects/mail.ts";
import { type MailSink, startMailSink } from "#engine/effects/mail-sink.ts";

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function sink(): Promise<MailSink> {
  const started = await startMailSink(() => "2026-02-02T06:00:00.000Z");
  open.push(() => started.close());
  return started;
}

/** An SMTP server whose answer to the message is scripted. */
async function server(onData: SMTPServerOptions["onData"], more: SMTPServerOptions = {}): Promise<number> {
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    disableReverseLookup: true,
    ...(onData ? { onData } : {}),
    ...more,
  });
  smtp.on("error", () => {});
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", resolve));
  open.push(() => new Promise((resolve) => smtp.close(() => resolve())));
  const address = smtp.server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const handler = (port: number) => createMailHandler({ host: "127.0.0.1", port, secure: false, requireTls: false, from: "gatehouse@example.org" });
const item = (body: object = {}): OutboxItem => ({
  id: "1",
  org: "o",
  key: "i-1:4:0",
  kind: "mail",
  attempt: 1,
  body: { recipients: ["reader@example.org"], subject: "Häuser: ready", html: "<p>Ready</p>", text: "Ready", ...body } as OutboxItem["body"],
});
const never = new AbortController().signal;

describe("mail effect", () => {
  it("hands a mail over, with its key as Message-ID and an encoded subject", async () => {
    const box = await sink();
    const delivery = await handler(box.port).deliver(item({ from: { name: "House", address: "house@example.org" } }), never);
    expect(delivery.result).toBe("delivered");
    expect(box.list()).toMatchObject([
      {
        from: "house@example.org",
        to: ["reader@example.org"],
        subject: "Häuser: ready",
        html: expect.stringContaining("Ready"),
        messageId: "<i-1%3A4%3A0@example.org>",
      },
    ]);
  });

  it("reaches exactly the recipients named, and refuses anything that could be more than one address", async () => {
    const box = await sink();
    for (const bad of ["good@y.test, evil@e.test", "group: a@b.test;", '"x@y.test, evil"@e.test', "a@b.test\r\nBcc: c@d.test", "a@b", "<a@b.test>"]) {
      const delivery = await handler(box.port).deliver(item({ recipients: [bad] }), never);
      expect(delivery, bad).toMatchObject({ result: "refused" });
      expect(isAddress(bad)).toBe(false);
    }
    expect(box.list()).toEqual([]);
  });

  it("keeps a subject on one line", async () => {
    const box = await sink();
    await handler(box.port).deliver(item({ subject: "One\r\nBcc: evil@example.org" }), never);
    expect(box.list()[0]).toMatchObject({ subject: "One Bcc: evil@example.org", to: ["reader@example.org"] });
    expect(box.list()[0]?.headers["bcc"]).toBeUndefined();
  });

  it("retries where nothing can have been accepted: nobody listens, or the server says 4yz", async () => {
    expect(await handler(1).deliver(item(), never)).toMatchObject({ result: "retry" });
    const port = await server((stream, _session, done) => {
      stream.resume();
      stream.on("end", () => done(Object.assign(new Error("try later"), { responseCode: 451 })));
    });
    expect(await handler(port).deliver(item(), never)).toMatchObject({ result: "retry" });
  });

  it("gives up where the server says 5yz, for the recipient or for the message", async () => {
    const atData = await server((stream, _session, done) => {
      stream.resume();
      stream.on("end", () => done(Object.assign(new Error("no thanks"), { responseCode: 554 })));
    });
    expect(await handler(atData).deliver(item(), never)).toMatchObject({ result: "refused" });
    const atRecipient = await server(undefined, {
      onRcptTo: (_address, _session, done) => done(Object.assign(new Error("unknown user"), { responseCode: 550 })),
    });
    expect(await handler(atRecipient).deliver(item(), never)).toMatchObject({ result: "refused" });
  });

  it("tells which addresses were turned down, and which of them for good", async () => {
    const answers: Readonly<Record<string, [number, string]>> = {
      "gone@example.org": [550, "5.1.1 No such user"],
      "plain@example.org": [550, "mailbox unavailable"],
      "moved@example.org": [551, "user not local"],
      "full@example.org": [552, "5.2.2 mailbox full"],
      "spam@example.org": [550, "5.7.1 you are listed"],
      "later@example.org": [450, "4.2.1 try later"],
    };
    const port = await server(
      (stream, _session, done) => {
        stream.resume();
        stream.on("end", () => done());
      },
      {
        onRcptTo: ({ address }, _session, done) => {
          const answer = answers[address];
          if (answer === undefined) return done();
          done(Object.assign(new Error(answer[1]), { responseCode: answer[0] }));
        },
      },
    );
    const some = await handler(port).deliver(item({ recipients: ["reader@example.org", ...Object.keys(answers)] }), never);
    expect(some.result).toBe("delivered");
    const rejected = "rejected" in some ? (some.rejected ?? []) : [];
    expect(rejected.map(({ address, code, status, hard }) => [address, code, status, hard])).toEqual([
      ["gone@example.org", 550, "5.1.1", true],
      ["plain@example.org", 550, null, true],
      ["moved@example.org", 551, null, true],
      ["full@example.org", 552, "5.2.2", false],
      ["spam@example.org", 550, "5.7.1", false],
      ["later@example.org", 450, "4.2.1", false],
    ]);
    expect(rejected[0]?.reason).toContain("No such user");
    expect(await handler(port).deliver(item({ recipients: ["gone@example.org"] }), never)).toMatchObject({
      result: "refused",
      rejected: [{ address: "gone@example.org", hard: true }],
    });
    // One that may be there later keeps the mail waiting.
    expect(await handler(port).deliver(item({ recipients: ["gone@example.org", "later@example.org"] }), never)).toMatchObject({ result: "retry" });
    const box = await sink();
    expect(await handler(box.port).deliver(item({ recipients: ["nobody@customer.invalid"] }), never)).toMatchObject({
      result: "refused",
      rejected: [{ code: 550, status: "5.1.1", hard: true }],
    });
  });

  it("does not guess when the line breaks between the last byte and the answer: class A is unclear, class B retried", async () => {
    const cutting = await cuttingServer();
    expect(await handler(cutting).deliver(item(), never)).toMatchObject({ result: "unclear" });
    expect(await handler(cutting).deliver(item({ class: "B" }), never)).toMatchObject({ result: "retry" });
  });
});

/** Speaks just enough SMTP to take a message and hang up in place of an answer. */
async function cuttingServer(): Promise<number> {
  const net = createServer((socket) => {
    let inData = false;
    socket.on("error", () => {});
    socket.write("220 cut\r\n");
    socket.on("data", (chunk) => {
      const text = chunk.toString();
      if (inData) {
        if (text.includes("\r\n.\r\n")) socket.destroy();
        return;
      }
      for (const line of text.split("\r\n").filter(Boolean)) {
        if (/^DATA/i.test(line)) {
          inData = true;
          socket.write("354 go\r\n");
        } else socket.write("250 ok\r\n");
      }
    });
  });
  await new Promise<void>((resolve) => net.listen(0, "127.0.0.1", resolve));
  open.push(() => new Promise((resolve) => net.close(() => resolve())));
  const address = net.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
