/** How the acts of a bulk bar look: one of them is the primary act, and none while a form below asks for what it needs. */
import type { ButtonTone } from "#studio/ui/button.tsx";

interface Act {
  readonly type: string;
  readonly tone?: string | null | undefined;
}

/** Of the acts that are shown, by their type; what the list's machine calls primary comes before what only stands first. */
export function bulkTones(acts: readonly Act[], isAsking: boolean): ReadonlyMap<string, ButtonTone> {
  const harmless = acts.filter(({ tone }) => tone !== "danger");
  const first = harmless.find(({ tone }) => tone === "primary") ?? harmless[0];
  const toneOf = (act: Act): ButtonTone => (act.tone === "danger" ? "danger" : act === first && !isAsking ? "primary" : "default");
  return new Map(acts.map((act) => [act.type, toneOf(act)]));
}
