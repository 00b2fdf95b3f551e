/** All functions that an expression may call: the built-in ones, and the names of those that the scope answers. */
import { contextBuiltins } from "./contexts.ts";
import { dateBuiltins } from "./dates.ts";
import type { Builtin } from "./define.ts";
import { groupBuiltins } from "./groups.ts";
import { listBuiltins } from "./lists.ts";
import { numberBuiltins } from "./numbers.ts";
import { rangeBuiltins } from "./ranges.ts";
import { stringBuiltins } from "./strings.ts";

export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [...numberBuiltins, ...stringBuiltins, ...listBuiltins, ...dateBuiltins, ...contextBuiltins, ...rangeBuiltins, ...groupBuiltins].map((builtin) => [
    builtin.name,
    builtin,
  ]),
);

export interface ExternalFunction {
  readonly signature: string;
  readonly params: readonly string[];
  /** Parameters that must be given. */
  readonly min: number;
}
/** Functions that `FeelScope.call` answers: they need records, people or other definitions. */
export const externalFunctions: ReadonlyMap<string, ExternalFunction> = new Map(
  Object.entries({
    get: { signature: "get(type, id or code)", params: ["type", "id"], min: 2 },
    find: { signature: "find(type, filter)", params: ["type", "filter"], min: 2 },
    "find all": { signature: "find all(type, filter)", params: ["type", "filter"], min: 2 },
    "instance of record": { signature: "instance of record(machine, record id)", params: ["machine", "record"], min: 2 },
    "format moment": { signature: "format moment(at)", params: ["at"], min: 1 },
    "day of": { signature: "day of(at)", params: ["at"], min: 1 },
    people: { signature: "people({permission | role})", params: ["selector"], min: 1 },
    decide: { signature: "decide(id, inputs)", params: ["id", "inputs"], min: 1 },
    fact: { signature: "fact(id, args)", params: ["id", "args"], min: 1 },
  }),
);

/** First word -> function names that begin with it, longest first: how the parser finds names with blanks. */
export const functionNamesByFirstWord: ReadonlyMap<string, readonly { readonly name: string; readonly words: readonly string[] }[]> = (() => {
  const byWord = new Map<string, { name: string; words: string[] }[]>();
  for (const name of [...builtins.keys(), ...externalFunctions.keys()]) {
    const words = name.split(" ");
    const list = byWord.get(words[0]!) ?? [];
    list.push({ name, words });
    list.sort((a, b) => b.words.length - a.words.length);
    byWord.set(words[0]!, list);
  }
  return byWord;
})();
