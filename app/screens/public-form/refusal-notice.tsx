import { Notice } from "#studio/ui/states.tsx";
import type { Refusal } from "./form-calls.ts";

const SHOWN = 8;

/** Why something was not taken: sentences, and for tables the rows. */
export function RefusalNotice({ refusal, title }: { refusal: Refusal; title?: string }) {
  const rows = refusal.errors.filter((error) => error.row !== undefined && error.row > 1);
  const told = new Set(rows.map(({ code }) => code));
  const reasons = [...new Set(refusal.reasons.filter(({ code }) => !told.has(code)).map(({ message }) => message))];
  const sentences = refusal.reasons.length > 0 || rows.length > 0 ? reasons : [refusal.detail];
  return (
    <Notice tone="blocked">
      <b>{title ?? refusal.title}.</b>
      {sentences.length === 0 ? null : <p>{sentences.join(" ")}</p>}
      {rows.length === 0 ? null : (
        <ul>
          {rows.slice(0, SHOWN).map((error) => (
            <li key={`${error.path} ${error.message}`}>
              Row {error.row}
              {cellOf(error.path)}: {error.message}
            </li>
          ))}
          {rows.length > SHOWN ? <li>and {rows.length - SHOWN} more</li> : null}
        </ul>
      )}
    </Notice>
  );
}

const cellOf = (path: string): string => {
  const cell = path.split("/")[2];
  return cell === undefined ? "" : `, ${cell}`;
};
