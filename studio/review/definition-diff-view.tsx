/** One changed definition, in the form that its kind is read in. */
import type { DefinitionDiff } from "#engine/core/diff/definition-diff.ts";
import type { Json, JsonObject } from "#engine/schema/json.ts";
import { KIND_WORDS } from "../kinds/kind-words.ts";
import { Icon } from "../ui/icon.tsx";
import { StatusBadge } from "../ui/status-badge.tsx";
import { JsonChanges } from "./json-changes.tsx";
import { MachineDiff } from "./machine-diff.tsx";
import { RuleDiff } from "./rule-diff.tsx";
import { TableDiff } from "./table-diff.tsx";
import { diffLines } from "./text-diff.ts";

export interface DiffEntry {
  readonly diff: DefinitionDiff;
  readonly was: JsonObject | null;
  readonly now: JsonObject | null;
}

export function DefinitionDiffView({ entry }: { entry: DiffEntry }) {
  const { diff, was, now } = entry;
  const others = diff.parts.filter((part) => part.part === "other");
  const templates = diff.parts.filter((part) => part.part === "template");
  return (
    <article className="stack tight" aria-label={diff.title}>
      <header className="diff-head">
        <Icon name={KIND_WORDS[diff.kind].icon} label={KIND_WORDS[diff.kind].one} />
        <h2 className="clip">{diff.title}</h2>
        <code className="quiet clip">{diff.key}</code>
        {diff.change === "changed" ? null : <StatusBadge meaning={diff.change} />}
        <span className="push line small">
          <Tally diff={diff} long />
        </span>
      </header>
      {diff.kind === "machine" ? <MachineDiff diff={diff} was={was} now={now} /> : null}
      {diff.kind === "table" && diff.parts.some((part) => part.part === "row") ? <TableDiff diff={diff} was={was} now={now} /> : null}
      {diff.kind === "ruleset" && diff.parts.some((part) => part.part === "rule") ? <RuleDiff diff={diff} was={was} now={now} /> : null}
      {templates.map((part) => (
        <TextDiff key={part.id} title={part.id} was={textOf(part.was)} now={textOf(part.now)} />
      ))}
      {diff.kind === "machine" || others.length === 0 ? null : (
        <JsonChanges
          title={diff.title}
          changes={others.map((part) => ({
            path: part.id,
            change: part.change,
            ...(part.was === undefined ? {} : { was: part.was }),
            ...(part.now === undefined ? {} : { now: part.now }),
          }))}
        />
      )}
    </article>
  );
}

const textOf = (value: Json | undefined): string => (typeof value === "string" ? value : "");

/** +2 −1 ~3, or in words. */
export function Tally({ diff, long = false }: { diff: DefinitionDiff; long?: boolean }) {
  const { added, removed, changed } = diff.summary;
  return (
    <>
      {added === 0 ? null : <span className="plus">{long ? `${added} added` : `+${added}`}</span>}
      {removed === 0 ? null : <span className="minus">{long ? `${removed} removed` : `−${removed}`}</span>}
      {changed === 0 ? null : <span className="tilde">{long ? `${changed} changed` : `~${changed}`}</span>}
    </>
  );
}

export function TextDiff({ title, was, now }: { title: string; was: string; now: string }) {
  return (
    <figure className="stack tight">
      <figcaption className="small quiet">{title}</figcaption>
      <div className="text-diff">
        {diffLines(was, now).map((line, index) => (
          <div key={index.toString()} className={`is-${line.kind}`}>
            {line.text}
          </div>
        ))}
      </div>
    </figure>
  );
}
