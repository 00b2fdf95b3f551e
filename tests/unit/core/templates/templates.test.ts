import fc from "fast-check";
import Handlebars from "handlebars";
import { describe, expect, it } from "vitest";
import { compileTemplate } from "#engine/core/templates/compile-mail.ts";
import { dateText, decimalText } from "#engine/core/templates/render-template.ts";

const html = (source: string, variables: object = {}) => compileTemplate(source, "html").render(variables as never);
const text = (source: string, variables: object = {}) => compileTemplate(source, "text").render(variables as never);
const refused = (source: string, mode: "html" | "text" | "subject" = "html") => expect(() => compileTemplate(source, mode), source);

describe("templates", () => {
  it("escape in HTML and nowhere else", () => {
    expect(html("<p>{{x}}</p>", { x: "<b>&\"'`=" })).toBe("<p>&lt;b&gt;&amp;&quot;&#x27;&#x60;&#x3D;</p>");
    expect(text("{{x}}", { x: "<b>&" })).toBe("<b>&");
  });
  it("keep a subject on one line", () => {
    expect(compileTemplate("Re: {{x}}", "subject").render({ x: "a\r\nBcc: evil@example.com\u2028b" })).toBe("Re: a Bcc: evil@example.com b");
    refused("a\nb", "subject").toThrow("one line");
  });
  it("are strict about missing variables, and show null as nothing", () => {
    expect(() => text("{{a.b}}", { a: {} })).toThrow('"a.b" has no value');
    expect(() => text("{{#if a}}x{{/if}}", {})).toThrow('"a" has no value');
    expect(text("[{{a}}{{b.c}}]", { a: null, b: null })).toBe("[]");
  });
  it("know each, if, unless, eq, date, decimal and money", () => {
    expect(text("{{#each l}}{{@index}}{{#if @last}}!{{/if}}{{n}} {{else}}none{{/each}}", { l: [{ n: "a" }, { n: "b" }] })).toBe("0a 1!b ");
    expect(text("{{#each l}}x{{else}}none{{/each}}", { l: [] })).toBe("none");
    expect(text('{{#if (eq s "open")}}o{{else}}c{{/if}}{{#unless z}}u{{/unless}}', { s: "open", z: 0 })).toBe("ou");
    expect(text('{{decimal d 2}} {{money d "EUR"}} {{date t}} {{date t "dd.MM.yyyy HH:mm"}}', { d: "1234567.5", t: "2026-02-03T04:05:00.000Z" })).toBe(
      "1,234,567.50 1,234,567.50 EUR 2026-02-03 03.02.2026 04:05",
    );
    expect(decimalText("-1234.005", 2)).toBe("-1,234.00");
    expect(dateText("soon", "dd")).toBe("soon");
  });
  it("list their variables", () => {
    expect(compileTemplate("{{a.b}}{{#each l}}{{n}}{{#each m}}{{this}}{{/each}}{{/each}}{{#if c}}{{/if}}", "text").variables).toEqual([
      "a.b",
      "c",
      "l",
      "l.[].m",
      "l.[].n",
    ]);
  });
  it("refuse what could reach out of them", () => {
    for (const source of [
      "{{{x}}}",
      "{{&x}}",
      "{{> p}}",
      "{{#> p}}{{/p}}",
      "{{* d}}",
      "{{@root.x}}",
      "{{@key}}",
      "{{#each l}}{{../x}}{{/each}}",
      "{{lookup a b}}",
      "{{constructor.name}}",
      "{{__proto__}}",
      "{{#with a}}{{/with}}",
      "{{log a}}",
      "{{x y=1}}",
      "{{date a b c}}",
      "{{#each l as |i|}}{{i}}{{/each}}",
      "{{helperMissing}}{{#helperMissing}}{{/helperMissing}}",
    ]) {
      refused(source).toThrow();
    }
    refused("{{#if a}}".repeat(9) + "{{/if}}".repeat(9)).toThrow("8 levels");
    refused("x".repeat(70_000)).toThrow("65536");
    refused("{{#if a}").toThrow("cannot be read");
  });
  it("refuse values where escaping is not enough", () => {
    for (const source of [
      "<a href={{x}}>",
      '<a onclick="{{x}}">',
      '<p style="{{x}}">',
      "<script>{{x}}</script>",
      "<{{x}}>",
      "<p {{x}}>",
      "<!-- {{x}} -->",
      "{{#if a}}<p {{/if}}>",
      '<a title="{{x}}',
    ])
      refused(source).toThrow();
    expect(html('<a title="{{x}}">{{x}}</a>', { x: '"' })).toBe('<a title="&quot;">&quot;</a>');
  });
  it("let links only lead where links may lead", () => {
    const link = (x: string) => html('<a href="{{x}}">', { x });
    expect(link("https://example.com/?a&b")).toBe('<a href="https://example.com/?a&amp;b">'.replace("?a", "?a"));
    expect(link("javascript:alert(1)")).toBe('<a href="#">');
    expect(link(" data:text/html,x")).toBe('<a href="#">');
    expect(link("app:/work/a:1")).toBe('<a href="app:/work/a:1">');
    expect(link("app://elsewhere.example")).toBe('<a href="#">');
    expect(html('<a href="https://example.com/{{x}}">', { x: "javascript:" })).toBe('<a href="https://example.com/javascript:">');
  });
  it("read own properties only", () => {
    expect(() => text("{{a.toString}}", { a: {} })).toThrow("no value");
    expect(() => text("{{a.length}}", { a: [1] })).not.toThrow();
  });
  it("stop when the output grows too large", () => {
    const nested = `${"{{#each l}}".repeat(5)}xxxxxxxxxx${"{{/each}}".repeat(5)}`;
    const source = nested.replaceAll("{{#each l}}", "{{#each l}}");
    let value: unknown = "x";
    for (let i = 0; i < 5; i++) value = Array.from({ length: 20 }, () => ({ l: value }));
    const start = performance.now();
    expect(() => text(source, { l: value })).toThrow(/at most/);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe("templates against Handlebars itself", () => {
  const runtime = Handlebars.create();
  const pieces = fc.constantFrom(
    "text ",
    "\n",
    "  ",
    "{{a}}",
    "{{b.c}}",
    "{{~a~}}",
    "{{#if a}}yes{{else}}no{{/if}}",
    "{{#unless n}}\n un\n{{/unless}}\n",
    "{{#each l}}\n- {{x}} {{@index}}\n{{/each}}\n",
    "{{! comment }}",
    "{{#each e}}x{{else}}empty{{/each}}",
    "<b>",
    "{{#if n}}{{#each l}}{{#if x}}{{x}}{{/if}}{{/each}}{{/if}}",
  );
  const values = fc.record({
    a: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.boolean()),
    n: fc.constantFrom(0, 1, "", "x", null),
    c: fc.string(),
    xs: fc.array(fc.string(), { maxLength: 3 }),
  });
  it("gives the same text, white space included", () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), values, (parts, { a, n, c, xs }) => {
        const source = parts.join("");
        const variables = { a, n, b: { c }, l: xs.map((x) => ({ x })), e: [] };
        expect(html(source, variables)).toBe(runtime.compile(source, { strict: true })(variables));
        // Without escaping, Handlebars adds neighbouring numbers up.
        if (typeof a === "number" || typeof a === "boolean") return;
        expect(text(source, variables)).toBe(runtime.compile(source, { strict: true, noEscape: true })(variables));
      }),
      { seed: 4_710, numRuns: 400 },
    );
  });
});
