/** The clock, the fixture and the mail sink, in test mode only. No sign-in: the server refuses to have these routes otherwise. */
import type { RouteSpec } from "../route.ts";
import { instant, object, ref } from "../schemas/vocabulary.ts";

/** A mail as the built-in SMTP server received it. */
export interface SinkMail {
  readonly messageId: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly receivedAt: string;
}

export interface TestControl {
  /** Sets the engine's clock and runs everything that is due by then. */
  setClock(now: string): Promise<void>;
  now(): string;
  /** Loads the fixture anew: clock, release, data, sink, inbox, watermarks, keys. */
  reset(): Promise<void>;
  mails(): readonly SinkMail[];
}

const CLOCK = object({ now: instant }, ["now"]);

export function testRoutes(control: TestControl): RouteSpec[] {
  const common = { tag: "test", open: true } as const;
  return [
    {
      ...common,
      method: "POST",
      path: "/api/test/clock",
      id: "setClock",
      summary: "Set the engine's clock and run what is due",
      body: CLOCK,
      answers: { 200: { description: "The clock now.", schema: CLOCK } },
      async handle({ body }) {
        await control.setClock(new Date(body.now).toISOString());
        return { now: control.now() };
      },
    },
    {
      ...common,
      method: "POST",
      path: "/api/test/reset",
      id: "resetFixture",
      summary: "Load the fixture anew",
      body: { anyOf: [object({}), { type: "null" }] },
      answers: { 200: { description: "The clock now.", schema: CLOCK } },
      async handle() {
        await control.reset();
        return { now: control.now() };
      },
    },
    {
      ...common,
      method: "GET",
      path: "/api/test/mail",
      id: "listSinkMails",
      summary: "Mails that the built-in SMTP sink received, oldest first",
      answers: {
        200: { description: "All of them.", schema: { type: "object", required: ["items"], properties: { items: { type: "array", items: ref("SinkMail") } } } },
      },
      handle: () => ({ items: control.mails() }),
    },
  ];
}
