import { describe, expect, it } from "vitest";
import type { JsonObject } from "#engine/schema/json.ts";
import type { MailDefinition } from "#engine/schema/mail.ts";
import { files, program } from "./content-program.ts";

const mails = files.filter((file) => file.kind === "mail").map((file) => file.content as unknown as MailDefinition);
const BRANDING = { name: "JTR Textiles", logo: "https://assets.example/jtr.png", color: "#1d4ed8" };

/** A value for a variable of a mail's schema. */
function sample(schema: JsonObject, name: string): unknown {
  const type = [schema["type"]].flat()[0];
  if (type === "array") return [sample((schema["items"] ?? {}) as JsonObject, name)];
  if (type === "object")
    return Object.fromEntries(Object.entries((schema["properties"] ?? {}) as JsonObject).map(([key, inner]) => [key, sample(inner as JsonObject, key)]));
  return type === "boolean" ? true : type === "number" ? 1 : `<${name}>`;
}

describe("mails", () => {
  it.each(mails.map((mail) => [mail.key, mail] as const))("%s renders with every variable that it declares", (key, mail) => {
    const variables = sample(mail.variables, "") as JsonObject;
    const { subject, html, text } = program.mail(key)!.render(variables, BRANDING);
    expect(subject).not.toMatch(/[\r\n]|\{\{/);
    expect(html).toContain("JTR Textiles");
    expect(html).not.toContain("<customer");
    expect(text).toContain("JTR Textiles");
    expect(Object.keys(mail.vars).sort()).toEqual(Object.keys(mail.variables["properties"] as JsonObject).sort());
  });
  it.each(mails.filter((mail) => mail.audience === "customer").map((mail) => [mail.key, mail] as const))(
    "%s tells a customer neither a deal's code nor an internal id",
    (_key, mail) => {
      const internal = Object.entries(mail.vars).filter(
        ([name, feel]) => /\bid\b|deal|owner|internal|cost/i.test(name) || /^record\.(id|deal_id|owner_id)$|deals", [^)]*\)\.(code|id)/.test(feel),
      );
      expect(internal).toEqual([]);
    },
  );
  it("[WMS-62] prepared is locked off and a tracking change is never mailed", () => {
    expect(Object.fromEntries(mails.map((mail) => [mail.key, mail.policy]))).toMatchObject({
      "email-routing.prepared": "locked_off",
      "email-routing.tracking-changed": "never",
      "email-routing.picking-started": "off",
      "email-routing.shipped": "on",
    });
  });
  it("every type can be routed by the org", () => {
    const settings = program.settings("email-routing")!;
    const known = Object.keys(settings.schema["properties"] as JsonObject);
    expect(mails.map((mail) => program.mail(mail.key)!.type).filter((type) => !known.includes(type))).toEqual([]);
  });
  it.each(mails.map((mail) => [mail.key, mail] as const))(
    "%s fits a phone: long words break, a list of rows is folded with its heads as labels",
    (_key, mail) => {
      const { html } = mail.templates;
      expect(html).toContain("overflow-wrap:anywhere;word-break:break-word");
      const heads = [...html.matchAll(/<th [^>]*>(.*?)<\/th>/gu)].map(([, head]) => head);
      expect((html.match(/<table class="rows"/gu) ?? []).length).toBe(heads.length === 0 ? 0 : 1);
      heads.forEach((head, index) => void expect(html).toContain(`.rows td:nth-child(${index + 1})::before{content:"${head}: "}`));
    },
  );
  it.each(["shipped", "proforma", "order-form-confirmation", "order-form-submitted", "new-customer-pending-review", "prepared"])(
    "%s leaves no gap in its text for what is not known",
    (id) => {
      const mail = mails.find(({ key }) => key === `email-routing.${id}`) as MailDefinition;
      const unknown = (value: unknown, name: string): unknown => {
        if (Array.isArray(value)) return value.map((each) => unknown(each, name));
        if (typeof value === "object" && value !== null) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, unknown(each, key)]));
        return ["color", "note", "country", "carrier", "packages"].includes(name) ? "" : value;
      };
      const { text } = program.mail(mail.key)!.render(unknown(sample(mail.variables, ""), "") as JsonObject, BRANDING);
      expect(text).not.toMatch(/\S :|[^\n: ] {2,}|[^-\n] +$|\bin packages/mu);
    },
  );
  it("[WMS-62] one package is not called packages", () => {
    const packed = (packages: string) => program.mail("email-routing.prepared")!.render({ po_number: "P", customer_name: "C", packages }, BRANDING);
    for (const part of ["text", "html"] as const)
      expect([packed("1")[part], packed("2")[part]].map((said) => /in \d packages?/u.exec(said)?.[0])).toEqual(["in 1 package", "in 2 packages"]);
  });
  it("the org's own words may stand in every one of them", () => {
    expect(mails.filter((mail) => mail.words !== "get value(settings.email_routing, mail.type).template").map((mail) => mail.key)).toEqual([]);
  });
});
