/** Where the acts of a way through a shut gate are done: the instance that each would be sent to, as far as the reader may see it. */
import type { Decision, UnlockOption } from "../../core/step-types.ts";
import { findInstanceByKey, findInstanceOfRecord } from "../../store/instances.ts";
import { evaluateOne, type Subject } from "./expression.ts";
import type { Work } from "./work.ts";

type Act = UnlockOption["acts"][number];

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The asking instance stands in `subject.instance`; an act that names no other place is its own. */
export async function withPlaces(work: Work, subject: Subject, decision: Decision): Promise<Decision> {
  if (decision.unlock === undefined) return decision;
  const places = new Map<string, string | null>();
  const unlock: UnlockOption[] = [];
  for (const option of decision.unlock) {
    const acts: Act[] = [];
    for (const act of option.acts) {
      const name = `${act.machine ?? ""} ${act.on ?? ""}`;
      const known = places.get(name);
      const place = known === undefined ? await placeOf(work, subject, act) : known;
      places.set(name, place);
      acts.push(place === null ? act : { ...act, instance: place });
    }
    unlock.push({ acts });
  }
  return { ...decision, unlock };
}

async function placeOf(work: Work, subject: Subject, act: Act): Promise<string | null> {
  if (act.event === undefined) return null;
  const machine = act.machine === undefined ? null : work.ruling.program.resolve("machine", act.machine);
  if (act.on === undefined) return machine === null || machine === subject.machine?.definition.key ? (subject.instance?.id ?? null) : null;
  const target = await evaluateOne(work, subject, act.on);
  if (typeof target !== "string" || machine === null) return null;
  if (UUID.test(target)) return (await findInstanceOfRecord(work.tx, target, machine))?.id ?? null;
  return (await findInstanceByKey(work.tx, `${machine.slice(machine.indexOf(".") + 1)}:${target}`))?.id ?? null;
}
