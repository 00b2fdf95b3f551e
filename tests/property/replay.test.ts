/** Replay of a log on the release that made it is the log, for random machines and events; and a step never changes its input. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { createProgram } from "#engine/core/program.ts";
import { type ReplayRow, replayInstance } from "#engine/core/replay.ts";
import { step } from "#engine/core/step.ts";
import type { RecordState, Snapshot } from "#engine/core/step-types.ts";
import { EVENTS, randomChart, randomFrom } from "#tests/support/random-chart.ts";
import { documents, inputOf, stored } from "#tests/support/review-example.ts";

/** Gives the test vocabulary of the random charts the engine's own. */
function toDefinition(config: unknown): unknown {
  const text = JSON.stringify(config, (_, value) => {
    if (value?.type === "act") return { type: "note", params: { text: `act ${value.params.n} {record.pages}` } };
    if (value?.type === "count") return { type: "set", params: { record: { pages: "record.pages + 1" }, context: { last: "event.type" } } };
    if (value?.type === "raiseIt") return { type: "send", params: { to: "self", event: value.params.event } };
    if (value?.type === "when") return { type: "when", params: { expr: `modulo(record.pages + ${value.params.id}, 3) != 0` } };
    return value;
  });
  const config2 = JSON.parse(text) as object;
  return {
    ...{ kind: "machine", key: "demo.random", title: "Random", record: "documents", delays: { wait: 'duration("PT5S")' } },
    ...{
      start: {
        begin: { title: "Begin", create: { title: '"x"', pages: "payload.pages" }, payload: { type: "object", properties: { pages: { type: "integer" } } } },
      },
      events: {},
      config: config2,
    },
  };
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const each of Object.values(value)) deepFreeze(each);
  }
  return value;
}

it("a log replays to the byte", () => {
  let rowsSeen = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 31 - 1 }), (seed) => {
      const random = randomFrom(seed);
      const program = createProgram([stored(documents), stored(toDefinition(randomChart(random, { historyFromInside: true })))]);
      const machine = program.machine("random")!;
      const rows: ReplayRow[] = [];
      let snapshot: Snapshot | null = null;
      let record: RecordState | null = null;
      for (let seq = 0; seq < 12; seq++) {
        const type = seq === 0 ? "begin" : EVENTS[Math.floor(random() * EVENTS.length)]!;
        const input = deepFreeze(structuredClone(inputOf(type, { snapshot, record, seq: rows.length, payload: { pages: seed % 7 } })));
        const result = step(program, machine, input);
        if (result.kind !== "moved") {
          if (seq === 0) return;
          continue;
        }
        expect(JSON.stringify(step(program, machine, input))).toBe(JSON.stringify(result));
        const { to, decisions, effects, timers } = result;
        const { event, actor, org, now } = input;
        rows.push(
          JSON.parse(
            JSON.stringify({
              seq: rows.length + 1,
              event,
              facts: { record: input.record, bag: {} },
              actor,
              org,
              now,
              seed: input.seed,
              to,
              decisions,
              effects,
              timers,
            }),
          ) as ReplayRow,
        );
        ({ snapshot, record } = result);
      }
      const replay = replayInstance({ instance: { id: "i-1", key: "review:1" }, rows, under: () => ({ program, machine }), strict: true });
      expect(replay).toMatchObject({ verdict: "identical", rows: rows.length });
      expect(JSON.stringify(replay.final)).toBe(JSON.stringify(snapshot));
      rowsSeen += rows.length;
    }),
    { seed: 424_242, numRuns: 200 },
  );
  expect(rowsSeen).toBeGreaterThan(1_000);
}, 60_000);
