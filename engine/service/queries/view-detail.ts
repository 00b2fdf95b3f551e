/** The second page of a view: one record with its panels, a suggestion, and the events offered first. */
import { EngineError } from "../../core/errors.ts";
import type { Decision } from "../../core/step-types.ts";
import type { Json } from "../../schema/json.ts";
import { findInstanceByKey, loadInstance } from "../../store/instances.ts";
import { loadRecord } from "../../store/records.ts";
import type { EventView } from "../instances/event-preview.ts";
import { type InstanceView, viewInstance } from "../instances/instance-view.ts";
import { recordTypeOf } from "../records/record-type.ts";
import { answerDecisions } from "../work/decision-answer.ts";
import type { Engine } from "../work/engine-context.ts";
import { evaluate, type Subject } from "../work/expression.ts";
import { isUuid } from "../work/fresh-id.ts";
import { askGate } from "../work/gate-decision.ts";
import { inReading } from "../work/reading.ts";
import type { Scope } from "../work/scope.ts";
import { openView } from "./view.ts";

export interface ViewDetail {
  readonly view: { readonly slug: string; readonly title: string };
  readonly title: string;
  readonly instance: InstanceView;
  readonly panels: readonly { readonly title: string; readonly fields: readonly { readonly title: string; readonly format: string; readonly value: Json }[] }[];
  readonly suggestion: { readonly outcome: string; readonly title: string; readonly decision: Decision } | null;
  readonly primary: readonly EventView[];
  readonly secondary: readonly EventView[];
}

/** `code` is the record's code, or the instance's id. - throws EngineError `not_found` */
export async function getViewDetail(engine: Engine, scope: Scope, input: { readonly view: string; readonly code: string }): Promise<ViewDetail> {
  return await inReading(engine, scope, async (reading) => {
    const { view, works } = openView(reading, input.view);
    const { detail } = view;
    const missing = new EngineError("not_found", `There is nothing here for "${input.code.slice(0, 60)}".`);
    if (detail === undefined) throw missing;
    const compiled = works[0].ruling.program.machine(detail.machine);
    const row =
      compiled === null
        ? null
        : isUuid(input.code)
          ? await loadInstance(reading.tx, input.code)
          : await findInstanceByKey(reading.tx, `${compiled.id}:${input.code}`);
    const work = works.find((candidate) => candidate.org.id === row?.orgId);
    if (row === null || work === undefined) throw missing;
    const machine = await engine.programs.machine(reading.tx, work.ruling, row.machine, row.machineVersion);
    const record = await loadRecord(reading.tx, recordTypeOf(work.ruling.program, row.recordType), row.recordId);
    const subject: Subject = { machine, record, snapshot: row.snapshot, instance: { id: row.id, key: row.key, seq: row.seq } };
    const panels: ViewDetail["panels"][number][] = [];
    for (const panel of detail.panels) {
      const expressions = Object.fromEntries(panel.fields.map((field, index) => [String(index), field.expr]));
      const values: Readonly<Record<string, Json | undefined>> = await evaluate(work, subject, expressions);
      const fields = panel.fields.map((field, index) => ({ title: field.title, format: field.format ?? "text", value: values[String(index)] ?? null }));
      panels.push({ title: panel.title, fields });
    }
    const instance = await viewInstance(work, row);
    const pick = (types: readonly string[]): readonly EventView[] => types.flatMap((type) => instance.events.filter((event) => event.type === type));
    let suggestion: ViewDetail["suggestion"] = null;
    if (detail.suggestion !== undefined) {
      const { decision } = await askGate(work, { table: detail.suggestion.table }, subject, row.recordType);
      const [answer] = await answerDecisions(work, [decision]);
      const outcome = suggestedName(decision.output, decision.outcome);
      if (answer !== undefined) suggestion = { outcome, title: detail.suggestion.titles[outcome] ?? outcome, decision: answer };
    }
    return {
      view: { slug: view.slug, title: view.title },
      title: detail.title,
      instance,
      panels,
      suggestion,
      primary: pick(detail.primary),
      secondary: pick(detail.secondary ?? []),
    };
  });
}

/** The first output that is a text names the suggestion; without one the outcome does. */
function suggestedName(output: Readonly<Record<string, Json>>, outcome: string): string {
  const text = Object.values(output).find((value) => typeof value === "string");
  return typeof text === "string" ? text : outcome;
}
