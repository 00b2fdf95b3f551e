/**
 * How this process left the instances that it moved last. The next event of one is decided on that and leaves with its commit, in one flight
 * instead of two; the write checks that everything still stands so (commit-send.ts, `recalled`), and where it does not, all is run again from
 * what the database holds. So it is never an answer's only source: what was refused on it is asked anew (in-work.ts).
 *
 * Kept as text, as the database would give it: nobody shares an object with the next event, and thousands weigh little on the collector.
 */
import type { RecordState } from "../../core/step-types.ts";
import type { InstanceRow } from "../../store/instance-row.ts";
import type { OpenedSend } from "../../store/open-send.ts";
import { inStoredOrder } from "./stored-order.ts";

/** An instance with its record, as a committed event left them, and the epochs of its org that the event was decided under. */
export interface Remembered {
  readonly instance: InstanceRow;
  readonly record: RecordState;
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
}

export interface InstanceMemory {
  /** null where it is not known how it was left, or others move it as well. */
  recall(orgId: string, instanceId: string): OpenedSend | null;
  keep(left: Remembered): void;
  /** How the database has it. Where others moved it meanwhile, or its record, they may again: it is read until they did not. */
  found(opened: OpenedSend): void;
  /** What is told to have changed in this process: an instance or a record. */
  forget(id: string): void;
}

interface Kept {
  readonly row: Omit<InstanceRow, "state" | "snapshot">;
  readonly state: string;
  readonly snapshot: string;
  readonly record: Omit<RecordState, "data">;
  /** In the order in which the database gives it. */
  readonly data: string;
  readonly activationEpoch: number;
  readonly settingsEpoch: number;
  readonly isTrusted: boolean;
}

/** Characters of all that is kept: some 10,000 instances of a usual size. */
const MOST_CHARACTERS = 24_000_000;
/** Of an entry beside its JSON. */
const OVERHEAD = 800;
const weightOf = ({ state, snapshot, data }: Kept): number => OVERHEAD + state.length + snapshot.length + data.length;

export function createInstanceMemory(mostCharacters = MOST_CHARACTERS): InstanceMemory {
  /** Longest unused first. */
  const kept = new Map<string, Kept>();
  const byRecord = new Map<string, string>();
  let characters = 0;

  const drop = (instanceId: string): Kept | undefined => {
    const known = kept.get(instanceId);
    if (known === undefined) return undefined;
    kept.delete(instanceId);
    if (byRecord.get(known.record.id) === instanceId) byRecord.delete(known.record.id);
    characters -= weightOf(known);
    return known;
  };
  const put = (instanceId: string, entry: Kept): void => {
    kept.set(instanceId, entry);
    byRecord.set(entry.record.id, instanceId);
    characters += weightOf(entry);
    for (const oldest of kept.keys()) {
      if (characters <= mostCharacters) break;
      drop(oldest);
    }
  };

  return {
    recall(orgId, instanceId) {
      const known = kept.get(instanceId);
      if (known === undefined || !known.isTrusted || known.row.orgId !== orgId) return null;
      const { row, record, activationEpoch, settingsEpoch } = known;
      const instance: InstanceRow = { ...row, state: JSON.parse(known.state), snapshot: JSON.parse(known.snapshot) };
      return { instance, record: { ...record, data: JSON.parse(known.data) }, inbox: null, activationEpoch, settingsEpoch };
    },
    keep({ instance, record, activationEpoch, settingsEpoch }) {
      const before = drop(instance.id);
      const isTrusted = before?.isTrusted !== false;
      const { state, snapshot, ...row } = instance;
      const { id, type, org, code, version } = record;
      const isSame = before !== undefined && before.record.version === version && before.record.id === id;
      const data = isSame ? before.data : JSON.stringify(inStoredOrder(record.data));
      put(instance.id, {
        ...{ row, state: JSON.stringify(state), snapshot: JSON.stringify(snapshot) },
        ...{ record: { id, type, org, code, version }, data, activationEpoch, settingsEpoch, isTrusted },
      });
    },
    found({ instance, record }) {
      const known = instance === null ? undefined : kept.get(instance.id);
      if (known === undefined || instance === null) return;
      const isTrusted = instance.seq === known.row.seq && record?.version === known.record.version;
      drop(instance.id);
      put(instance.id, { ...known, isTrusted, data: record === null ? known.data : JSON.stringify(record.data) });
    },
    forget(id) {
      drop(id);
      const instanceId = byRecord.get(id);
      if (instanceId !== undefined) drop(instanceId);
    },
  };
}
