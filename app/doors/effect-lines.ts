/** Effects and moves as sentences: what a preview promises and what the timeline tells. */

import type { Program } from "#engine/core/program.ts";
import type { Decision, StateValue } from "#engine/core/step-types.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { Explanation } from "#engine/service/instances/explain-event.ts";
import type { ConsequenceLine } from "#studio/ui/consequence-preview.tsx";
import { describeValue, words } from "#studio/ui/describe-value.ts";
import { momentText, relativeText } from "#studio/ui/time.ts";
import { leavesOf, stateTitle } from "./state-words.ts";

/**
 * One line per kind of effect that somebody outside notices; writes of records are folded into one line. `program` has the titles, `decisions` tell why
 * a mail is held back.
 */
export function effectLines(
  program: Program,
  effects: readonly JsonObject[],
  decisions: readonly Pick<Decision, "reasons">[] = [],
): readonly ConsequenceLine[] {
  const lines: ConsequenceLine[] = [];
  const writes: string[] = [];
  for (const effect of effects) {
    const line = lineOf(program, effect, decisions);
    if (line !== null) lines.push(line);
    else if (effect["kind"] === "record" && (effect["op"] === "create" || effect["op"] === "upsert"))
      writes.push(titleOfType(program, String(effect["type"])).toLowerCase());
  }
  if (writes.length > 0) lines.push({ icon: "doc", text: `Written: ${[...new Set(writes)].join(", ")}.` });
  return lines.filter((line, index) => lines.findIndex((other) => other.text === line.text) === index);
}

const titleOfType = (program: Program, type: string): string => program.type(type)?.title ?? words(type);

function titleOfMachine(program: Program, key: string): string {
  return program.machine(key)?.definition.title ?? words(key.replace(/^.*\./, ""));
}

/** "Request R-12: Check it again." Only what has a code of its own is told of. */
function otherLine(program: Program, { machine, key, event }: Explanation["cascade"][number]): ConsequenceLine {
  const code = key === null ? "" : key.slice(key.indexOf(":") + 1);
  const title = program.machine(machine)?.definition.events[event]?.title ?? words(event);
  return { icon: "nodes", text: `${titleOfMachine(program, machine)} ${code}: ${title}.`, strong: [code] };
}

function lineOf(program: Program, effect: JsonObject, decisions: readonly Pick<Decision, "reasons">[]): ConsequenceLine | null {
  switch (effect["kind"]) {
    case "mail": {
      const to = Array.isArray(effect["recipients"]) ? effect["recipients"].map(String).join(", ") : "";
      const subject = describeValue(effect["subject"]);
      if (effect["verdict"] === "suppress") {
        const why = decisions.flatMap(({ reasons }) => reasons).find(({ code }) => code === effect["code"])?.message ?? "It is switched off.";
        return { icon: "mail", text: `No mail “${subject}”. ${why}` };
      }
      if (to === "") return { icon: "mail", text: `Mail “${subject}”, but nobody is to get it.`, tone: "unknown" };
      return { icon: "mail", text: `Mail to ${to}: “${subject}”. It cannot be called back.`, strong: [to] };
    }
    case "document":
      return {
        icon: "doc",
        text: `${describeValue(effect["title"])} “${describeValue(effect["name"])}” is written${effect["number"] === 1 ? "" : `, version ${describeValue(effect["number"])}`}.`,
      };
    case "emit": {
      const contract = program.contract(typeof effect["contract"] === "string" ? effect["contract"] : undefined);
      const event = contract?.events[String(effect["event"])]?.title ?? words(String(effect["event"]));
      return { icon: "outside", text: `${contract?.partner ?? contract?.title ?? "The other side"} is told “${event}”.`, strong: [event] };
    }
    case "task": {
      const task = (effect["task"] ?? {}) as JsonObject;
      return {
        icon: task["form"] === "approval" ? "stamp" : "task",
        text: `${task["form"] === "approval" ? "Approval" : "Task"}: ${describeValue(task["title"])}.`,
      };
    }
    case "start":
      return { icon: "nodes", text: `${titleOfMachine(program, String(effect["machine"]))} is started.` };
    case "note":
      return { icon: "info", text: describeValue(effect["text"]) };
    default:
      return null;
  }
}

/** "It goes from Drafted to Sent." or that it stays where it is. */
export function moveLine(machine: MachineDefinition, from: StateValue, to: StateValue): ConsequenceLine {
  const before = leavesOf(from);
  const after = leavesOf(to);
  const left = before.filter((path) => !after.includes(path)).map((path) => stateTitle(machine, path));
  const entered = after.filter((path) => !before.includes(path)).map((path) => stateTitle(machine, path));
  if (entered.length === 0) return { icon: "arrow", text: `It stays in ${after.map((path) => stateTitle(machine, path)).join(", ")}.` };
  return { icon: "arrow", text: `It goes from ${left.join(", ")} to ${entered.join(", ")}.`, strong: [entered.join(", ")] };
}

/** Codes of what is only about to begin are drawn when it begins: a preview that named them would name others. */
function withoutFreshCodes(lines: readonly ConsequenceLine[], cascade: Explanation["cascade"]): readonly ConsequenceLine[] {
  const codes = cascade.flatMap(({ key, from, outcome }) => (key === null || from !== null || outcome !== "moved" ? [] : [key.slice(key.indexOf(":") + 1)]));
  return lines.map((line) => ({
    ...line,
    text: codes.reduce((text, code) => text.replace(` “${code}”`, "").replaceAll(code, "…"), line.text),
  }));
}

export interface Previewed {
  /** In force in the instance's org. */
  readonly program: Program;
  readonly machine: MachineDefinition;
  readonly explained: Explanation;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** IANA name. */
  readonly zone: string;
  /** Key of the instance itself. */
  readonly ownKey: string;
}

/** The whole preview of an act. */
export function previewLines({ program, machine, explained, now, zone, ownKey }: Previewed): readonly ConsequenceLine[] {
  switch (explained.outcome) {
    case "not_permitted":
      return [{ icon: "bar", text: explained.refusal?.detail ?? "You may not do this.", tone: "blocked" }];
    case "not_available":
      return [{ icon: "bar", text: "This is not possible in its present state.", tone: "blocked" }];
    case "violated":
      return (explained.violations ?? []).map((violation): ConsequenceLine => {
        const isUnknown = violation.outcome === "unknown";
        return { icon: isUnknown ? "question" : "bar", text: violation.message, tone: isUnknown ? "unknown" : "blocked" };
      });
    case "blocked": {
      const shut = explained.decisions.filter((decision) => decision.outcome !== "pass" && decision.overridden === undefined);
      return shut.flatMap((decision): ConsequenceLine[] =>
        decision.reasons.length === 0
          ? [{ icon: "bar", text: `${words(decision.key.replace(/^.*\./, ""))} is shut.`, tone: "blocked" }]
          : decision.reasons.map((reason) => ({
              icon: decision.outcome === "unknown" ? "question" : "bar",
              text: reason.message || words(reason.code),
              tone: decision.outcome === "unknown" ? "unknown" : "blocked",
            })),
      );
    }
    case "moved": {
      const overridden = explained.decisions
        .filter((decision) => decision.overridden !== undefined)
        .map(
          (decision): ConsequenceLine => ({
            icon: "key",
            text: `${words(decision.key.replace(/^.*\./, ""))} becomes Overridden.`,
            strong: ["Overridden"],
            tone: "overridden",
          }),
        );
      const others = explained.cascade
        .filter(
          (line) => line.outcome === "moved" && line.key !== null && line.from !== null && !/:[0-9a-f]{8}-[0-9a-f-]{27}$/.test(line.key) && line.key !== ownKey,
        )
        .map((line) => otherLine(program, line))
        .filter((line, index, all) => all.findIndex(({ text }) => text === line.text) === index)
        .slice(0, 3);
      const clocks = explained.timers.arm.slice(0, 2).map((timer): ConsequenceLine => {
        const due = Date.parse(timer.dueAt);
        const text = Math.abs(due - now) > 36 * 3_600_000 ? momentText(due, now, zone) : relativeText(due, now, zone);
        return { icon: "clock", text: `${words(timer.name.slice(timer.name.lastIndexOf(".") + 1))}: ${text}.`, strong: [text] };
      });
      return [
        ...overridden,
        ...withoutFreshCodes(effectLines(program, explained.effects, explained.decisions), explained.cascade),
        moveLine(machine, explained.from, explained.to),
        ...others,
        ...clocks,
      ].slice(0, 8);
    }
  }
}
