import "./meaning.css";
import { Icon, type IconName } from "./icon.tsx";

/** What a badge can mean. Each has one colour, one icon and one word, on every screen. */
const MEANINGS = {
  open: { tone: "open", icon: "check", word: "Open" },
  blocked: { tone: "blocked", icon: "bar", word: "Blocked" },
  unknown: { tone: "unknown", icon: "question", word: "Unknown" },
  overridden: { tone: "overridden", icon: "key", word: "Overridden" },
  waitsUntil: { tone: "waits", icon: "clock", word: "Waits" },
  waitsFor: { tone: "waits", icon: "person", word: "Waits" },
  done: { tone: "done", icon: "flag", word: "Done" },
  draft: { tone: "draft", icon: "branch", word: "Draft" },
  added: { tone: "open", icon: "plus", word: "Added" },
  removed: { tone: "blocked", icon: "minus", word: "Removed" },
  changed: { tone: "changed", icon: "pencil", word: "Changed" },
  accepted: { tone: "open", icon: "check", word: "Accepted" },
  verified: { tone: "open", icon: "check", word: "Verified" },
  delivered: { tone: "open", icon: "check", word: "Delivered" },
  duplicate: { tone: "done", icon: "copies", word: "Duplicate" },
  stale: { tone: "done", icon: "clock", word: "Stale" },
  suppressed: { tone: "done", icon: "minus", word: "Suppressed" },
  discarded: { tone: "done", icon: "x", word: "Discarded" },
  refused: { tone: "blocked", icon: "bar", word: "Refused" },
  failed: { tone: "blocked", icon: "bar", word: "Failed" },
  late: { tone: "blocked", icon: "clock", word: "Late" },
  possiblySent: { tone: "unknown", icon: "person", word: "Possibly sent" },
  parked: { tone: "unknown", icon: "person", word: "Parked" },
  state: { tone: "done", icon: "diamond", word: "" },
} as const satisfies Record<string, { tone: string; icon: IconName; word: string }>;

export type Meaning = keyof typeof MEANINGS;

export const toneOf = (meaning: Meaning): string => `m-${MEANINGS[meaning].tone}`;
export const iconOf = (meaning: Meaning): IconName => MEANINGS[meaning].icon;
export const wordOf = (meaning: Meaning): string => MEANINGS[meaning].word;

/** Decision outcomes and other engine words -> meaning; a word not listed is a plain state. */
export function meaningOf(word: string): Meaning {
  switch (word) {
    case "pass":
    case "open":
      return "open";
    case "block":
    case "blocked":
      return "blocked";
    case "unknown":
      return "unknown";
    case "overridden":
      return "overridden";
    case "possibly_sent":
      return "possiblySent";
    case "stale_ignored":
      return "stale";
    case "sent":
      return "delivered";
    default:
      return Object.hasOwn(MEANINGS, word) ? (word as Meaning) : "state";
  }
}

/** A badge; `children` replaces the word ("Waits until 14:21"). */
export function StatusBadge({ meaning, children, title }: { meaning: Meaning; children?: React.ReactNode; title?: string }) {
  return (
    <span className={`meaning ${toneOf(meaning)}${meaning === "removed" ? " is-removed" : ""}`} title={title}>
      {meaning === "state" ? <span style={{ width: 0 }} /> : <Icon name={iconOf(meaning)} />}
      <span>{children ?? wordOf(meaning)}</span>
    </span>
  );
}

/** The same meaning without a box: icon and word, for dense lists. Without `children` only the icon, with its word for readers. */
export function Mark({ meaning, children, small = false }: { meaning: Meaning; children?: React.ReactNode; small?: boolean }) {
  return (
    <span className={`mark ${toneOf(meaning)}${small ? " small" : ""}`}>
      {children === undefined ? <Icon name={iconOf(meaning)} label={wordOf(meaning)} /> : <Icon name={iconOf(meaning)} />}
      {children}
    </span>
  );
}
