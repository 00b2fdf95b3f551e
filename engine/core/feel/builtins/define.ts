/**
 * How a built-in function is declared: a signature that names and types its parameters, and a body that gets checked values.
 *
 * Types: s string, n number, b boolean, l list, d date, D date and time, T time, u duration, r range, c context, f function, a anything.
 * `name?` may be left out, `...name` takes the rest. For every type but `a`: null gives null, Unknown gives Unknown, another type gives
 * Unknown ("wrong type"); a single value is taken as a list of one (DMN 1.3, 10.3.2.9.4). `a` parameters of a `total` function
 * see Unknown too.
 */
import { isNumeric } from "../decimals.ts";
import { parseDate, parseDateTime, parseDuration } from "../temporal.ts";
import { FeelDate, FeelDateTime, FeelDuration, FeelFunction, FeelRange, FeelTime, type FeelValue, isContext, isList, Unknown, WRONG_TYPE } from "../values.ts";

/** Takes work from the evaluation budget; leaves the evaluation when it is spent. */
export type Charge = (operations: number) => void;

export interface Builtin {
  readonly name: string;
  readonly signature: string;
  readonly params: readonly string[];
  readonly min: number;
  readonly max: number;
  readonly run: (args: readonly FeelValue[], charge: Charge) => FeelValue;
}

// biome-ignore lint/suspicious/noExplicitAny: the checked values have the types that the signature names
type Body = (args: any[], charge: Charge) => FeelValue;

interface Param {
  readonly name: string;
  readonly type: string;
  readonly optional: boolean;
  readonly rest: boolean;
}

/** Coerces to the declared type; undefined where the value is of another. */
function coerce(type: string, value: FeelValue): FeelValue | undefined {
  switch (type) {
    case "s":
      return typeof value === "string" ? value : undefined;
    case "n":
      return isNumeric(value) ? value : undefined;
    case "b":
      return typeof value === "boolean" ? value : undefined;
    case "l":
      return isList(value) ? value : [value];
    case "d":
      return value instanceof FeelDate ? value : typeof value === "string" ? (parseDate(value) ?? undefined) : undefined;
    case "D":
      return value instanceof FeelDateTime ? value : typeof value === "string" ? (parseDateTime(value) ?? undefined) : undefined;
    case "T":
      return value instanceof FeelTime ? value : undefined;
    case "u":
      return value instanceof FeelDuration ? value : typeof value === "string" ? (parseDuration(value) ?? undefined) : undefined;
    case "r":
      return value instanceof FeelRange ? value : undefined;
    case "c":
      return isContext(value) ? value : undefined;
    case "f":
      return value instanceof FeelFunction ? value : undefined;
    default:
      return value;
  }
}

function parseSignature(signature: string): { readonly name: string; readonly params: readonly Param[] } {
  const open = signature.indexOf("(");
  const inside = signature.slice(open + 1, -1).trim();
  const params = (inside === "" ? [] : inside.split(",")).map((part) => {
    const [left = "", type = "a"] = part.split(":").map((piece) => piece.trim());
    const rest = left.startsWith("...");
    const optional = left.endsWith("?");
    return { name: left.slice(rest ? 3 : 0, optional ? -1 : undefined), type, optional: optional || rest, rest };
  });
  return { name: signature.slice(0, open), params };
}

/** `total`: the body sees Unknown in parameters of type `a` (coalesce, all, any). */
export function define(signature: string, body: Body, options: { readonly total?: boolean } = {}): Builtin {
  const { name, params } = parseSignature(signature);
  const last = params.at(-1);
  const total = options.total === true;
  return {
    name,
    signature,
    params: params.map((param) => param.name),
    min: params.filter((param) => !param.optional).length,
    max: last?.rest ? Number.POSITIVE_INFINITY : params.length,
    run: (args, charge) => {
      const checked: FeelValue[] = [];
      let isNull = false;
      for (let i = 0; i < args.length; i++) {
        const type = (params[i] ?? last!).type;
        const value = args[i]!;
        if (value instanceof Unknown && !(total && type === "a")) return value;
        if (type === "a") checked.push(value);
        else if (value === null && !(params[i] ?? last!).optional) isNull = true;
        else {
          const fit = value === null ? null : coerce(type, value);
          if (fit === undefined) return WRONG_TYPE;
          checked.push(fit);
        }
      }
      return isNull ? null : body(checked, charge);
    },
  };
}

/** The arguments of an aggregate: one list, or the values themselves. */
export const spread = (values: readonly FeelValue[]): readonly FeelValue[] => (values.length === 1 && isList(values[0]!) ? values[0] : values);
/** The first Unknown of a list, or undefined. */
export const firstUnknown = (values: readonly FeelValue[]): Unknown | undefined => values.find((value): value is Unknown => value instanceof Unknown);
