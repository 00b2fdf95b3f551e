import { useEffect, useRef, useState } from "react";
import type { ImportDetail, ImportView } from "#engine/service/import/import-queries.ts";
import { freshKey } from "#studio/ui/fresh-key.ts";

export type ImportState =
  | { readonly is: "empty" }
  | { readonly is: "sending" }
  | { readonly is: "refused"; readonly title: string; readonly detail: string }
  | { readonly is: "job"; readonly job: ImportDetail; readonly isTakenBack?: boolean };

export const SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const POLL_MS = 400;

export const isUnderWay = ({ status }: ImportView): boolean => status === "checking" || status === "writing" || status === "rolling_back";

/** One file on its way: tried, written, stopped, taken back; asks how far it is while it runs. */
export function useImportJob(type: string, scope: string, onWritten: () => void) {
  const [state, setState] = useState<ImportState>({ is: "empty" });
  const current = useRef(0);
  const written = useRef(onWritten);
  written.current = onWritten;
  useEffect(
    () => () => {
      current.current += 1;
    },
    [],
  );

  const call = async (path: string, init: RequestInit = {}): Promise<ImportDetail> => {
    const response = await fetch(`/api/v1${path}`, { ...init, headers: { ...init.headers, "X-Org": scope } });
    const body = (await response.json()) as ImportDetail & { title?: string; detail?: string };
    if (!response.ok) throw new Refusal(body.title ?? "The request was refused", body.detail ?? "");
    return body;
  };
  /** Runs a step; a newer one makes its answers count no more. */
  const run = async (step: (isCurrent: () => boolean) => Promise<void>): Promise<void> => {
    const mine = ++current.current;
    const isCurrent = () => current.current === mine;
    try {
      await step(isCurrent);
    } catch (error) {
      if (!isCurrent()) return;
      if (error instanceof Refusal) setState({ is: "refused", title: error.title, detail: error.detail });
      else setState({ is: "refused", title: "The server did not answer", detail: "Look at the list below to see whether the import goes on." });
    }
  };
  const follow = async (id: string, isCurrent: () => boolean): Promise<void> => {
    while (isCurrent()) {
      const job = await call(`/imports/${id}`);
      if (!isCurrent()) return;
      setState({ is: "job", job });
      if (!isUnderWay(job)) {
        if (!job.dryRun) written.current();
        return;
      }
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  };
  const send = (file: File, isTrial: boolean): Promise<void> =>
    run(async (isCurrent) => {
      setState({ is: "sending" });
      const query = new URLSearchParams({ background: "true", name: file.name.slice(0, 255), ...(isTrial ? { dryRun: "true" } : { atomic: "true" }) });
      const { id } = await call(`/records/${encodeURIComponent(type)}/import?${query}`, {
        method: "POST",
        body: file,
        headers: { "Content-Type": /\.xlsx$/i.test(file.name) ? SHEET : "text/csv", "Idempotency-Key": freshKey() },
      });
      await follow(id, isCurrent);
    });
  const post = (path: string, body: object): Promise<ImportDetail> =>
    call(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "Idempotency-Key": freshKey() } });
  const cancel = (id: string): Promise<void> =>
    run(async (isCurrent) => {
      await post(`/imports/${id}/cancel`, {});
      await follow(id, isCurrent);
    });
  /** The answer comes when all is done: meanwhile the job tells how far it is. */
  const takeBack = (id: string, reason: string): Promise<void> =>
    run(async (isCurrent) => {
      let isOver = false;
      const answer = post(`/imports/${id}/rollback`, { reason }).finally(() => {
        isOver = true;
      });
      const over = answer.catch(() => undefined);
      for (;;) {
        await Promise.race([over, new Promise((wake) => setTimeout(wake, POLL_MS))]);
        if (isOver || !isCurrent()) break;
        const job = await call(`/imports/${id}`);
        if (!isOver && isCurrent()) setState({ is: "job", job, isTakenBack: true });
      }
      await answer;
      await follow(id, isCurrent);
    });
  const clear = (): void => {
    current.current += 1;
    setState({ is: "empty" });
  };
  return { state, send, cancel, takeBack, clear };
}

class Refusal extends Error {
  readonly title: string;
  readonly detail: string;
  constructor(title: string, detail: string) {
    super(title);
    this.title = title;
    this.detail = detail;
  }
}
