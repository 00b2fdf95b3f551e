/** Lines that came and went between two texts: longest common subsequence, long unchanged stretches folded. */
export interface DiffLine {
  readonly kind: "same" | "added" | "removed" | "skipped";
  readonly text: string;
}

const CONTEXT = 2;
const MOST = 2_000;

/** In reading order; texts of more than 2,000 lines are shown as wholly replaced. */
export function diffLines(was: string, now: string): DiffLine[] {
  const before = was === "" ? [] : was.split("\n");
  const after = now === "" ? [] : now.split("\n");
  if (before.length > MOST || after.length > MOST)
    return [...before.map((text): DiffLine => ({ kind: "removed", text })), ...after.map((text): DiffLine => ({ kind: "added", text }))];
  const lengths = commonLengths(before, after);
  const lines: DiffLine[] = [];
  let a = 0;
  let b = 0;
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && before[a] === after[b]) {
      lines.push({ kind: "same", text: before[a] as string });
      a += 1;
      b += 1;
    } else if (a < before.length && (b >= after.length || at(lengths, a + 1, b) >= at(lengths, a, b + 1))) {
      lines.push({ kind: "removed", text: before[a] as string });
      a += 1;
    } else {
      lines.push({ kind: "added", text: after[b] as string });
      b += 1;
    }
  }
  return fold(lines);
}

const at = (lengths: readonly Uint16Array[], a: number, b: number): number => lengths[a]?.[b] ?? 0;

function commonLengths(before: readonly string[], after: readonly string[]): Uint16Array[] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Uint16Array(after.length + 1));
  for (let a = before.length - 1; a >= 0; a -= 1) {
    for (let b = after.length - 1; b >= 0; b -= 1) {
      (lengths[a] as Uint16Array)[b] = before[a] === after[b] ? at(lengths, a + 1, b + 1) + 1 : Math.max(at(lengths, a + 1, b), at(lengths, a, b + 1));
    }
  }
  return lengths;
}

function fold(lines: readonly DiffLine[]): DiffLine[] {
  const near = lines.map((_, index) => lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some((line) => line.kind !== "same"));
  const result: DiffLine[] = [];
  let skipped = 0;
  const flush = (): void => {
    if (skipped > 0) result.push({ kind: "skipped", text: `${skipped} unchanged ${skipped === 1 ? "line" : "lines"}` });
    skipped = 0;
  };
  lines.forEach((line, index) => {
    if (near[index] !== true) {
      skipped += 1;
      return;
    }
    flush();
    result.push(line);
  });
  flush();
  return result;
}
