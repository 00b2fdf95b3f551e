import type { Worker } from "node:worker_threads";
import { expect, it } from "vitest";
import type { PdfRequest } from "#engine/core/ports.ts";
import { createPdfThread } from "#engine/effects/pdf-thread.ts";
import { renderPdf } from "#engine/effects/render-pdf.ts";

const request = (html: string): PdfRequest => ({ html, title: "Offer 7", at: "2026-02-02T06:00:00.000Z", size: "A4", orientation: "portrait" });
const SMALL = request("<h1>Fiyat teklifi</h1><p>1,000.00</p>");
const table = (rows: number): PdfRequest => request(`<table>${"<tr><td>1</td><td>2</td></tr>".repeat(rows)}</table>`);

it("gives the bytes that rendering gives, to several who ask at once", async () => {
  const thread = createPdfThread();
  const wanted = [SMALL, table(3), SMALL];
  const bytes = await Promise.all(wanted.map(thread.render));
  for (const [n, each] of wanted.entries()) expect(Buffer.from(bytes[n] ?? []).equals(await renderPdf(each)), String(n)).toBe(true);
  await thread.close();
});

it("leaves this thread free while it renders", async () => {
  const thread = createPdfThread();
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 1);
  await thread.render(table(300));
  clearInterval(turn);
  expect(turns).toBeGreaterThan(20);
  await thread.close();
});

it("says which document cannot be rendered, and renders the next one", async () => {
  const thread = createPdfThread();
  const broken = request(`<table data-pdfmake='{"widths":["*"]}'><tr><td>1</td><td>2</td></tr></table>`);
  const [first, second] = await Promise.allSettled([thread.render(broken), thread.render(SMALL)]);
  expect(first).toMatchObject({ status: "rejected", reason: { code: "internal", message: expect.stringContaining("Offer 7") } });
  expect(second.status).toBe("fulfilled");
  await thread.close();
});

it("ends a document that needs too much memory, and renders the next one", async () => {
  const thread = createPdfThread({ timeoutMs: 60_000, memoryMb: 64 });
  await expect(thread.render(table(20_000))).rejects.toMatchObject({ code: "limit_exceeded", data: { limit: "document_memory" } });
  expect((await thread.render(SMALL)).length).toBeGreaterThan(1_000);
  await thread.close();
});

it("ends a document that takes too long, and starts anew for the next one", async () => {
  const thread = createPdfThread({ timeoutMs: 1, memoryMb: 512 });
  for (let n = 0; n < 2; n++) await expect(thread.render(SMALL)).rejects.toMatchObject({ code: "limit_exceeded", data: { limit: "document_time" } });
  await thread.close();
});

it("lives on where its thread fails between two documents, and starts anew for the next one", async () => {
  const workers: Worker[] = [];
  const note = (worker: Worker): void => void workers.push(worker);
  process.on("worker", note);
  const thread = createPdfThread();
  await thread.render(SMALL);
  expect(workers).toHaveLength(1);
  expect(() => workers[0]?.emit("error", new Error("late"))).not.toThrow();
  expect((await thread.render(SMALL)).length).toBeGreaterThan(1_000);
  expect(workers).toHaveLength(2);
  process.off("worker", note);
  await Promise.all(workers.map((worker) => worker.terminate()));
});
