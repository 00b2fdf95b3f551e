/** Places of a definition that differ, each with both values. */
import type { JsonChange } from "#engine/core/diff/json-diff.ts";
import type { Json } from "#engine/schema/json.ts";
import { SignHead } from "./sign-head.tsx";

const SIGNS = { added: "+", removed: "−", changed: "~" } as const;

export function JsonChanges({ title, changes, sides = ["Was", "Now"] }: { title: string; changes: readonly JsonChange[]; sides?: readonly [string, string] }) {
  return (
    <table className="diff-table is-places">
      <caption className="visually-hidden">{title}</caption>
      <thead>
        <tr>
          <SignHead />
          <th scope="col">Place</th>
          <th scope="col">{sides[0]}</th>
          <th scope="col">{sides[1]}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) => (
          <tr key={change.path + change.change} className={`is-${change.change}`}>
            <td className="sign">{SIGNS[change.change]}</td>
            <td>
              <code>{change.path || "/"}</code>
            </td>
            <td>{change.was === undefined ? null : <code>{shorten(change.was)}</code>}</td>
            <td>{change.now === undefined ? null : <code>{shorten(change.now)}</code>}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function shorten(value: Json): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 240 ? `${text.slice(0, 240)}…` : text;
}
