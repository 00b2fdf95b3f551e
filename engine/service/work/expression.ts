/**
 * FEEL outside a step: permissions of events, masks, change hooks, contract effects, columns. The same scope as a guard's,
 * the same facts on demand; names of the caller (`value`, `before`, `data`, `row` ...) come on top.
 */
import { EngineError } from "../../core/errors.ts";
import { type Evaluation, type EvaluationInput, evaluateAll } from "../../core/evaluate.ts";
import { tooManyRows } from "../../core/facts/too-many-rows.ts";
import type { Feel, Json, JsonObject } from "../../schema/json.ts";
import { factsOf, MAX_FACT_ROUNDS } from "./fact-loader.ts";
import { inTime } from "./shared-reads.ts";
import type { Work } from "./work.ts";

/** What the expressions are about; all parts may be missing. */
export type Subject = Partial<Pick<EvaluationInput, "record" | "event" | "snapshot" | "instance" | "machine">> & {
  readonly extra?: JsonObject;
};

/** A value; undefined is FEEL's unknown. */
export type Values<K extends string> = Readonly<Record<K, Json | undefined>>;

/** Evaluates named expressions together, so that their facts load in one batch. */
export async function evaluate<K extends string>(work: Work, subject: Subject, expressions: Readonly<Record<K, Feel>>): Promise<Values<K>> {
  return (await settle(work, subject, expressions)).values;
}

type Settled<K extends string> = Exclude<Evaluation<K>, { kind: "needs" }>;

async function settle<K extends string>(work: Work, subject: Subject, expressions: Readonly<Record<K, Feel>>): Promise<Settled<K>> {
  const loader = factsOf(work);
  for (let round = 0; round < MAX_FACT_ROUNDS; round++) {
    const result = inTime(work, () =>
      evaluateAll(
        work.ruling.program,
        {
          record: subject.record ?? null,
          ...(subject.event === undefined ? {} : { event: subject.event }),
          ...(subject.snapshot === undefined ? {} : { snapshot: subject.snapshot }),
          ...(subject.instance === undefined ? {} : { instance: subject.instance }),
          ...(subject.machine === undefined ? {} : { machine: subject.machine }),
          ...(subject.extra === undefined ? {} : { extra: subject.extra }),
          facts: loader.bag(),
          actor: work.actor,
          org: work.org,
          now: work.at,
        },
        expressions,
      ),
    );
    if (result.kind === "values") return result;
    await loader.load(result.requests);
  }
  throw new EngineError("limit_exceeded", `Expressions asked for facts more than ${MAX_FACT_ROUNDS} times.`, { limit: MAX_FACT_ROUNDS });
}

/** Evaluates one expression. */
export async function evaluateOne(work: Work, subject: Subject, expression: Feel): Promise<Json | undefined> {
  return (await evaluate(work, subject, { value: expression })).value;
}

/**
 * The elements that `each` names, or the one run without an item; none where `when` is not true.
 *
 * - throws EngineError `limit_exceeded` with limit "rows" where they are the rows of a fact that has more than it holds
 */
export async function repetitions(
  work: Work,
  subject: Subject,
  params: { readonly when?: Feel | undefined; readonly each?: Feel | undefined },
): Promise<readonly Subject[]> {
  if (params.each === undefined) {
    return params.when === undefined || (await evaluateOne(work, subject, params.when)) === true ? [subject] : [];
  }
  const { values, tooMany } = await settle(work, subject, { list: params.each });
  const over = tooMany.get("list");
  if (over !== undefined) throw tooManyRows(`"${subject.event?.type ?? subject.record?.type ?? "This"}"`, over);
  const { list } = values;
  if (!Array.isArray(list)) return [];
  const kept: Subject[] = [];
  for (const [index, item] of (list as readonly Json[]).entries()) {
    const repeated = { ...subject, extra: { ...subject.extra, item, index } };
    if (params.when === undefined || (await evaluateOne(work, repeated, params.when)) === true) kept.push(repeated);
  }
  return kept;
}

/** Text with FEEL in braces: "Check {data.ref}"; what is unknown is left out. */
export async function fillText(work: Work, subject: Subject, text: string): Promise<string> {
  const parts = text.split(/\{([^{}]+)\}/u);
  const expressions = Object.fromEntries(parts.flatMap((part, index) => (index % 2 === 1 ? [[String(index), part]] : [])));
  if (parts.length === 1) return text;
  const values = await evaluate(work, subject, expressions);
  return parts.map((part, index) => (index % 2 === 1 ? textsOf(values[String(index)]).join(", ") : part)).join("");
}

/** Evaluates a map of expressions to a payload; members that are unknown are left out. */
export async function evaluateMap(work: Work, subject: Subject, map: Readonly<Record<string, Feel>> | undefined): Promise<JsonObject> {
  if (map === undefined || Object.keys(map).length === 0) return {};
  const values = await evaluate(work, subject, map);
  const known: Record<string, Json> = {};
  for (const [name, value] of Object.entries(values)) if (value !== undefined) known[name] = value;
  return known;
}

/** Several maps that share one batch of facts. */
export async function evaluateMaps<K extends string>(
  work: Work,
  subject: Subject,
  maps: Readonly<Record<K, Readonly<Record<string, Feel>> | undefined>>,
): Promise<Readonly<Record<K, JsonObject>>> {
  const entries = Object.entries<Readonly<Record<string, Feel>> | undefined>(maps);
  const joined = entries.flatMap(([name, map]) => Object.entries(map ?? {}).map(([field, expression]) => [`${name}/${field}`, expression] as const));
  const values = await evaluateMap(work, subject, Object.fromEntries(joined));
  const split = entries.map(([name, map]) => {
    const fields = Object.keys(map ?? {}).filter((field) => values[`${name}/${field}`] !== undefined);
    return [name, Object.fromEntries(fields.map((field) => [field, values[`${name}/${field}`]]))];
  });
  return Object.fromEntries(split) as Record<K, JsonObject>;
}

/** A list of strings from a FEEL value that is one, a single string, or neither. */
export function textsOf(value: Json | undefined): readonly string[] {
  if (typeof value === "string") return [value];
  if (!Array.isArray(value)) return [];
  return (value as readonly Json[]).filter((each): each is string => typeof each === "string");
}
