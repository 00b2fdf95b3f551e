/** A decision tried again with other inputs: what the search for ways through works with. */
import type { JsonObject } from "../../schema/json.ts";
import type { InputSpec } from "../../schema/values.ts";
import { converter } from "../feel/convert.ts";
import { Unknown } from "../feel/values.ts";
import type { Decision } from "../step-types.ts";
import type { CompiledDecision } from "./decision.ts";

export function isOpen(answer: { readonly outcome: string; readonly output: JsonObject }, expect: JsonObject | undefined): boolean {
  if (answer.outcome === "unknown") return false;
  if (expect === undefined) return answer.outcome === "pass";
  return Object.entries(expect).every(([name, value]) => JSON.stringify(answer.output[name]) === JSON.stringify(value));
}

/** The decision at hand, and what it would be with other inputs. */
export class Attempt {
  readonly decision: Decision;
  readonly compiled: CompiledDecision;
  readonly inputs: JsonObject;

  constructor(decision: Decision, compiled: CompiledDecision) {
    this.decision = decision;
    this.compiled = compiled;
    this.inputs = decision.explanation.inputs;
  }
  evaluate(changes: JsonObject): ReturnType<CompiledDecision["evaluate"]> {
    const { now, today } = this.inputs;
    const context = { now: typeof now === "string" ? now : "", today: typeof today === "string" ? today : "" };
    return this.compiled.evaluate({ ...this.inputs, ...changes }, this.decision.explanation.params, context);
  }
  opens(changes: JsonObject): boolean {
    return isOpen(this.evaluate(changes), this.decision.expect);
  }
  spec(input: string): InputSpec | undefined {
    return Object.hasOwn(this.compiled.inputs, input) ? this.compiled.inputs[input] : undefined;
  }
  isKnown(input: string): boolean {
    const spec = this.spec(input);
    return spec !== undefined && !(converter(spec)(this.inputs[input]) instanceof Unknown);
  }
}
