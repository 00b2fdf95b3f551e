/** The order in which derived values are computed: by what they read, because the order of a JSON object's members means nothing (RFC 8785). */
import type { Feel } from "../../schema/json.ts";
import { compileFeel } from "../feel/compile.ts";
import { FeelSyntaxError } from "../feel/lexer.ts";

/** Entries so that each comes after those it reads; by name where there is a choice. Members of a ring come last, as they are: compiling them says what is not known. */
export function orderDerived(derive: Readonly<Record<string, Feel>>): readonly (readonly [name: string, text: Feel])[] {
  const names = Object.keys(derive).sort();
  const reads = new Map(names.map((name) => [name, headsOf(derive[name] ?? "").filter((head) => head !== name && Object.hasOwn(derive, head))]));
  const ordered: string[] = [];
  let rest = names;
  while (rest.length > 0) {
    const ready = rest.filter((name) => (reads.get(name) ?? []).every((head) => ordered.includes(head)));
    if (ready.length === 0) break;
    ordered.push(...ready);
    rest = rest.filter((name) => !ready.includes(name));
  }
  return [...ordered, ...rest].map((name) => [name, derive[name] ?? ""]);
}

function headsOf(text: Feel): string[] {
  try {
    return compileFeel(text).reads.flatMap(([head]) => (head === undefined ? [] : [head]));
  } catch (error) {
    if (error instanceof FeelSyntaxError) return [];
    throw error;
  }
}
