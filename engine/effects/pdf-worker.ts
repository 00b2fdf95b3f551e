/** The thread that renders PDFs: gets a page of HTML, answers its bytes. Started by pdf-thread.ts. */
import { parentPort } from "node:worker_threads";
import type { PdfRequest } from "../core/ports.ts";
import type { PdfAnswer } from "./pdf-thread.ts";
import { renderPdf } from "./render-pdf.ts";

const port = parentPort;
port?.on("message", async (request: PdfRequest) => {
  try {
    // Of its own memory: what it was cut from would be sent along.
    const bytes = Uint8Array.from(await renderPdf(request));
    port.postMessage({ bytes } satisfies PdfAnswer, [bytes.buffer]);
  } catch (error) {
    port.postMessage({ reason: String(error) } satisfies PdfAnswer);
  }
});
