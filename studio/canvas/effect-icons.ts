/** One icon for each kind of effect, on cards, pills and in the inspector. */
import type { IconName } from "../ui/icon.tsx";
import type { EffectKind } from "./chart-parts.ts";

export const EFFECT_ICONS: Readonly<Record<EffectKind | "timer", IconName>> = {
  mail: "mail",
  document: "doc",
  task: "task",
  approval: "stamp",
  emit: "outside",
  start: "split",
  send: "send",
  record: "doc",
  set: "pencil",
  note: "comment",
  cancelTask: "x",
  deliver: "send",
  timer: "clock",
};

export const EFFECT_WORDS: Readonly<Record<EffectKind, string>> = {
  mail: "sends a mail",
  document: "writes a document",
  task: "opens a task",
  approval: "asks for approval",
  emit: "tells outside",
  start: "starts an instance",
  send: "sends an event",
  record: "writes a record",
  set: "sets fields",
  note: "notes",
  cancelTask: "closes tasks",
  deliver: "delivers",
};
