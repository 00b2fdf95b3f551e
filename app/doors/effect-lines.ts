/** Effects and moves as sentences: what a preview promises and what the timeline tells. */

import type { Decision, StateValue } from "#engine/core/step-types.ts";
import type { JsonObject } from "#engine/schema/json.ts";
import type { MachineDefinition } from "#engine/schema/machine.ts";
import type { Explanation } from "#engine/service/instances/explain-event.ts";
import type { ConsequenceLine } from "#studio/ui/consequence-preview.tsx";
import { describeValue, words } from "#studio/ui/describe-value.ts";
import { momentText, relativeText } from "#studio/ui/time.ts";
import { leavesOf, stateTitle } from "./state-words.ts";

/** One line per kind of effect that somebody outside notices; writes of records are folded into one line. `decisions` tell why a mail is held back. */
export function effectLines(effects: readonly JsonObject[], decisions: readonly Pick<Decision, "reasons">[] = []): readonly ConsequenceLine[] {
  const lines: ConsequenceLine[] = [];
  const writes: string[] = [];
  for (const effect of effects) {
    const line = lineOf(effect, decisions);
    if (line !== null) lines.push(line);
    else if (effect["kind"] === "record" && (effect["op"] === "create" || effect["op"] === "upsert")) writes.push(words(String(effect["type"])).toLowerCase());
  }
  if (writes.length > 0) lines.push({ icon: "doc", text: `Written: ${[...new Set(writes)].join(", ")}.` });
  return lines.filter((line, index) => lines.findIndex((other) => other.text === line.text) === index);
}

function lineOf(effect: JsonObject, decisions: readonly Pick<Decision, "reasons">[]): ConsequenceLine | null {
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
    case "emit":
      return {
        icon: "outside",
        text: `${words(String(effect["contract"] ?? "")) || "The other side"} is told “${words(String(effect["event"]))}”.`,
        strong: [words(String(effect["event"]))],
      };
    case "task": {
      const task = (effect["task"] ?? {}) as JsonObject;
      return {
        icon: task["form"] === "approval" ? "stamp" : "task",
        text: `${task["form"] === "approval" ? "Approval" : "Task"}: ${describeValue(task["title"])}.`,
      };
    }
    case "start":
      return { icon: "nodes", text: `${words(String(effect["machine"]).replace(/^.*\./, ""))} is started.` };
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

/** The whole preview of an act. */
export function previewLines(machine: MachineDefinition, explained: Explanation, now: number, zone: string, ownKey: string): readonly ConsequenceLine[] {
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
        .slice(0, 3)
        .map(
          (line): ConsequenceLine => ({
            icon: "nodes",
            text: `${line.key?.slice(line.key.indexOf(":") + 1) ?? ""} moves on: ${words(line.event).toLowerCase()}.`,
          }),
        );
      const clocks = explained.timers.arm.slice(0, 2).map((timer): ConsequenceLine => {
        const due = Date.parse(timer.dueAt);
        const text = Math.abs(due - now) > 36 * 3_600_000 ? momentText(due, now, zone) : relativeText(due, now, zone);
        return { icon: "clock", text: `${words(timer.name.slice(timer.name.lastIndexOf(".") + 1))}: ${text}.`, strong: [text] };
      });
      return [
        ...overridden,
        ...effectLines(explained.effects, explained.decisions),
        moveLine(machine, explained.from, explained.to),
        ...others,
        ...clocks,
      ].slice(0, 8);
    }
  }
}
