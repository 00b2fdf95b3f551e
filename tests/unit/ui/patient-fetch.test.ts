import { describe, expect, it } from "vitest";
import { createPatientFetch } from "#app/shell/patient-fetch.ts";

describe("requests of the router", () => {
  const ORIGIN = "http://desk.example";
  /** A server that is away for as many requests as `away` says. */
  const desk = (away: number, isDoubted = away > 0) => {
    const asked: string[] = [];
    let left = away;
    const fetch = (async (input: string, init?: RequestInit) => {
      asked.push(`${init?.method ?? "GET"} ${input}`);
      left -= 1;
      if (left >= 0) throw new TypeError("Failed to fetch");
      return new Response("there");
    }) as typeof globalThis.fetch;
    return { asked, patient: createPatientFetch({ fetch, wait: () => Promise.resolve(), isDoubted: () => isDoubted, origin: ORIGIN }) };
  };

  it("are asked again until the server answers where they read, and wait for it and are sent once where they change something", async () => {
    const reading = desk(2);
    expect((await reading.patient("/work.data")).status).toBe(200);
    expect(reading.asked).toEqual(["GET /work.data", "GET /healthz", "GET /healthz", "GET /work.data"]);
    const changing = desk(1);
    await changing.patient("/work.data?index", { method: "POST" });
    expect(changing.asked).toEqual(["GET /healthz", "GET /healthz", "POST /work.data?index"]);
    const there = desk(0);
    await there.patient("/work.data?index", { method: "POST" });
    expect(there.asked).toEqual(["POST /work.data?index"]);
  });

  it("are given up with the page that asked, and others are left alone", async () => {
    const gone = AbortSignal.abort();
    await expect(desk(9).patient("/work.data", { method: "POST", signal: gone })).rejects.toThrow();
    const other = desk(1);
    await expect(other.patient("/ui/preview", { method: "POST" })).rejects.toThrow("Failed to fetch");
    expect(other.asked).toEqual(["POST /ui/preview"]);
  });

  it("are answered whole: a reading that breaks off is asked again, and one given up fails where it is awaited", async () => {
    const broken = () =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("[1,")),
          pull: (controller) => controller.error(new TypeError("network error")),
        }),
      );
    const answers = [broken(), new Response("there"), new Response("[1,2]", { status: 202, headers: { "X-Remix-Response": "yes" } })];
    const fetch = (() => Promise.resolve(answers.shift())) as unknown as typeof globalThis.fetch;
    const patient = createPatientFetch({ fetch, wait: () => Promise.resolve(), isDoubted: () => false, origin: ORIGIN });
    const answer = await patient("/work.data");
    expect([answer.status, answer.headers.get("X-Remix-Response"), await answer.text()]).toEqual([202, "yes", "[1,2]"]);
    answers.push(broken());
    await expect(patient("/work.data", { method: "POST" })).rejects.toThrow("network error");
    answers.push(new Response(null, { status: 204 }));
    expect((await patient("/work.data")).status).toBe(204);
  });
});
