/** The instance whose effects are carried out. */
import type { CompiledMachine } from "../../core/machine/compile.ts";
import type { RecordState } from "../../core/step-types.ts";

export interface Acting {
  readonly machine: CompiledMachine;
  readonly instanceId: string;
  readonly key: string;
  readonly seq: number;
  readonly record: RecordState | null;
}
