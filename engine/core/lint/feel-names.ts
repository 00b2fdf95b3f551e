/** Names in FEEL that mean nothing where they stand: unknown names, fields, facts, decisions, settings, record types. */
import { isJsonObject } from "../../schema/json.ts";
import type { Problem } from "../problem.ts";
import type { Program } from "../program.ts";
import { INSTANCE_NAMES, type Occurrence, occurrences } from "./expressions.ts";
import { problem } from "./findings.ts";

const SYSTEM_FIELDS = new Set(["id", "code", "type", "org", "version"]);

export function unknownNames(program: Program): Problem[] {
  const found: Problem[] = [];
  for (const occurrence of occurrences(program)) {
    const told = new Set<string>();
    for (const message of [...readFaults(program, occurrence), ...callFaults(program, occurrence)]) {
      if (told.has(message.text)) continue;
      told.add(message.text);
      found.push(problem(message.severity, "unknown_name", occurrence.stored, occurrence.path, message.text, message.hint));
    }
  }
  return found;
}

interface Fault {
  readonly severity: "error" | "warning";
  readonly text: string;
  readonly hint: string;
}

function readFaults(program: Program, { expression, extra, recordType }: Occurrence): Fault[] {
  return expression.reads.flatMap(([name = "", member, property]): Fault[] => {
    if (extra.includes(name)) return [];
    if (!INSTANCE_NAMES.has(name))
      return [{ severity: "error", text: `There is no "${name}" here`, hint: `Names are ${[...INSTANCE_NAMES, ...extra].join(", ")}.` }];
    if (member === undefined) return [];
    if (name === "fact" && program.stored("fact", member) === null) return [missing("fact", member)];
    if (name === "decision" && program.stored("ruleset", member) === null && program.stored("table", member) === null)
      return [missing("rule set or table", member)];
    if (name === "settings") {
      const settings = program.settings(member);
      if (settings === null) return [missing("settings", member)];
      const properties = settings.schema["properties"];
      if (property !== undefined && isJsonObject(properties) && !Object.hasOwn(properties, property)) return [missing(`"${member}" setting`, property)];
    }
    if (name === "record" && recordType !== null) {
      const schema = program.type(recordType)?.schema;
      const properties = schema?.["properties"];
      if (isJsonObject(properties) && !Object.hasOwn(properties, member) && !SYSTEM_FIELDS.has(member) && schema?.["additionalProperties"] !== true) {
        return [
          {
            severity: "error",
            text: `A record of ${recordType} has no field "${member}"`,
            hint: "Name a field of the type's schema; an unknown field is unknown for ever.",
          },
        ];
      }
    }
    return [];
  });
}

function callFaults(program: Program, { expression }: Occurrence): Fault[] {
  return expression.calls.flatMap(({ name, literals }): Fault[] => {
    const ref = literals[0];
    if (typeof ref !== "string") return [];
    if (name === "fact" && program.stored("fact", ref) === null) return [missing("fact", ref)];
    if (name === "decide" && program.stored("ruleset", ref) === null && program.stored("table", ref) === null) return [missing("rule set or table", ref)];
    if (["get", "find", "find all"].includes(name) && literals.length > 1 && program.type(ref) === null && program.types().length > 0) {
      // `get` is also FEEL's own for contexts; a literal first argument means a record type.
      return [missing("record type", ref)];
    }
    if (name === "instance of record" && program.resolve("machine", ref) === null) return [missing("machine", ref)];
    return [];
  });
}

const missing = (what: string, name: string): Fault => ({
  severity: "error",
  text: `There is no ${what} "${name}"`,
  hint: "Name a definition of this release; FEEL writes _ for -.",
});
