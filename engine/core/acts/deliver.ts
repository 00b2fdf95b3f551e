/** The `deliver` action: hands the instance's own record over to a channel, e.g. the message of a mail machine to SMTP. */
import type { ActRun } from "./act-run.ts";

export function deliver(run: ActRun, channel: "mail"): void {
  const { record, program } = run.world;
  const type = record?.data["type"];
  const definition = typeof type === "string" ? program.mail(type)?.definition : undefined;
  run.add({ kind: "deliver", channel, message: record?.data ?? {}, class: definition?.delivery ?? "A" });
}
