import { expect, it } from "vitest";
import { fieldsOf } from "#app/doors/cells.ts";
import { isAmount } from "#studio/ui/form/schema-kind.ts";

const decimal = (scale: number, unit?: string) => ({ type: "string", "x-decimal": scale, ...(unit === undefined ? {} : { "x-unit": unit }) });

it("an amount is a decimal of cents or finer without a unit of its own", () => {
  expect([decimal(2), decimal(4), decimal(1), decimal(2, "m"), decimal(4, "per m"), { type: "integer" }].map(isAmount)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});

it("the currency of a record is left out only where an amount says it", () => {
  const currency = { type: "string" };
  const titlesOf = (figure: object) =>
    fieldsOf({ type: "object", properties: { figure, currency } } as never, { figure: "3.0", currency: "USD" }).map(({ title, cell }) => `${title} ${cell.as}`);
  expect(titlesOf(decimal(2))).toEqual(["Figure money"]);
  expect(titlesOf(decimal(1))).toEqual(["Figure decimal", "Currency text"]);
  expect(titlesOf(decimal(4, "per m"))).toEqual(["Figure decimal", "Currency text"]);
});
