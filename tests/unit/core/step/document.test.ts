import { describe, expect, it } from "vitest";
import { createProgram } from "#engine/core/program.ts";
import { step } from "#engine/core/step.ts";
import { inputOf, documents as papers, stored } from "#tests/support/review-example.ts";

const sheet = (html: string) => ({
  kind: "document",
  key: "demo.sheet",
  title: "Sheet",
  record: "documents",
  name: '"a/b: " + record.title',
  vars: { title: "record.title", pages: "record.pages" },
  variables: { type: "object" },
  templates: { html },
  page: { orientation: "landscape" },
});
const machine = {
  kind: "machine",
  key: "demo.printing",
  title: "Printing",
  record: "documents",
  config: {
    id: "printing",
    initial: "new",
    states: {
      new: {
        entry: [{ type: "document", params: { document: "sheet", field: "author" } }],
        on: { "sheet.renew": { actions: [{ type: "document", params: { document: "sheet", vars: { pages: "99" } } }] } },
      },
    },
  },
  start: { "document.create": { title: "Create", create: { title: "payload.title", pages: "3", author: '""' } } },
  events: { "sheet.renew": { title: "Renew" } },
};
const programOf = (html: string) => createProgram([papers, machine, sheet(html)].map(stored));
const start = (html: string) => {
  const program = programOf(html);
  return step(program, program.machine("printing")!, inputOf("document.create", { payload: { title: "Plan <b>" } }));
};

describe("the document action", () => {
  it("renders the record's paper, gives the record its id, and counts its versions", () => {
    const program = programOf("<p>{{title}}, {{pages}}, {{number}}</p>");
    const compiled = program.machine("printing")!;
    const first = step(program, compiled, inputOf("document.create", { payload: { title: "Plan <b>" } }));
    if (first.kind !== "moved") return expect.fail(JSON.stringify(first));
    const [effect] = first.effects;
    expect(effect).toMatchObject({
      ...{ kind: "document", document: "demo.sheet", number: 1, title: "Sheet", name: "a-b- Plan -b-", html: "<p>Plan &lt;b&gt;, 3, 1</p>" },
      page: { size: "A4", orientation: "landscape" },
      record: { type: "documents", id: first.record?.id },
    });
    expect(first.record?.data["author"]).toBe(effect?.kind === "document" ? effect.id : null);
    const second = step(program, compiled, inputOf("sheet.renew", { snapshot: first.snapshot, record: first.record }));
    if (second.kind !== "moved") return expect.fail(JSON.stringify(second));
    expect(second.effects).toMatchObject([{ kind: "document", number: 2, html: "<p>Plan &lt;b&gt;, 99, 2</p>" }]);
    expect(second.recordChanged).toBe(false);
    expect(step(program, compiled, inputOf("document.create", { payload: { title: "Plan <b>" } }))).toEqual(first);
  });

  it("refuses the event when a variable has no value", () => {
    expect(start("<p>{{missing}}</p>")).toMatchObject({ kind: "failed", code: "payload_invalid", message: expect.stringContaining('"missing" has no value') });
  });
});
