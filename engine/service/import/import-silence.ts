/** When a job counts as left alone: its process writes to its row every ten seconds, so one that is silent for longer is gone. */
import type { Instant } from "../../core/step-types.ts";
import type { ImportJobRow } from "../../store/imports.ts";

const SILENCE_MS = 45_000;

export const STOPPED = "The process that ran it has stopped; nothing was written. Import the file again.";

export const silentBefore = (at: Instant): Instant => new Date(Date.parse(at) - SILENCE_MS).toISOString();

export const isSilent = ({ status, updatedAt }: Pick<ImportJobRow, "status" | "updatedAt">, at: Instant): boolean =>
  (status === "checking" || status === "writing") && updatedAt < silentBefore(at);
