/** An action for each line of an event: what every line reads of the event and of a record is read once in a pass, not once a line. */
import { describe, expect, it } from "vitest";
import { createProgram } from "#engine/core/program.ts";
import { step } from "#engine/core/step.ts";
import { definitions, inputOf, moved, review, stored } from "#tests/support/review-example.ts";

const MANY = 100;

/** Lines that count how often their amount is read. */
function countedLines() {
  const reads = { n: 0 };
  const lines = Array.from({ length: MANY }, (_, n) => ({
    no: n + 1,
    get amount() {
      reads.n++;
      return `${n}.50`;
    },
  }));
  return { lines, reads };
}

function noting(text: string, actions: readonly object[] = []) {
  const each = { each: "payload.lines", when: "count(payload.lines) > 0", text };
  const machine = {
    ...review,
    start: {
      "document.create": {
        ...review.start["document.create"],
        payload: {
          type: "object",
          properties: {
            title: { type: "string" },
            lines: { type: "array", items: { type: "object", properties: { no: { type: "integer" }, amount: { type: "string", "x-decimal": 2 } } } },
          },
        },
      },
    },
    config: { id: "review", initial: "a", context: {}, states: { a: { entry: [{ type: "note", params: each }, ...actions] } } },
  };
  return createProgram([...definitions.filter(({ key }) => key !== review.key), stored(machine)]);
}

const textsOf = (result: ReturnType<typeof moved>) => result.effects.map((effect) => (effect.kind === "note" ? effect.text : effect.kind));

describe("[WMS-26] many lines in one act", () => {
  it("read the event as a whole a constant number of times", () => {
    const program = noting("{item.no} of {count(payload.lines)}: {item.amount}");
    const { lines, reads } = countedLines();
    const result = moved(step(program, program.machine("review")!, inputOf("document.create", { payload: { title: "Plan", lines } as never })));
    expect(textsOf(result)[MANY - 1]).toBe("100 of 100: 99.5");
    expect(result.effects).toHaveLength(MANY);
    expect(reads.n).toBeLessThanOrEqual(4 * MANY);
  });

  it("read a record that all of them name once", () => {
    const program = noting('{item.no} in {get("documents", "d-1").title}');
    const { lines } = countedLines();
    let reads = 0;
    const found = {
      id: "d-1",
      get title() {
        reads++;
        return "Shelf";
      },
    };
    const input = inputOf("document.create", { payload: { title: "Plan", lines } as never, facts: { "get:documents:d-1": found } });
    const result = moved(step(program, program.machine("review")!, input));
    expect(textsOf(result)[0]).toBe("1 in Shelf");
    expect(reads).toBeLessThanOrEqual(4);
  });

  it("see what an action before them changed", () => {
    const program = noting("{item.no} of {record.title}", [
      { type: "set", params: { record: { title: '"Changed"' } } },
      { type: "note", params: { each: "sublist(payload.lines, 1, 2)", text: "{item.no} of {record.title}" } },
    ]);
    const { lines } = countedLines();
    const result = moved(step(program, program.machine("review")!, inputOf("document.create", { payload: { title: "Plan", lines } as never })));
    expect([textsOf(result)[0], textsOf(result)[MANY]]).toEqual(["1 of Plan", "1 of Changed"]);
  });
});
