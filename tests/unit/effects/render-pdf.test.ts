import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { PdfRequest } from "#engine/core/ports.ts";
import { renderPdf } from "#engine/effects/render-pdf.ts";

const HTML = `<html><head><style>p { color: red }</style><script>throw new Error("ran")</script></head><body>
<h1>Fiyat teklifi: ğüşiöç İ</h1>
<table data-pdfmake='{"widths":["*","auto"]}'><tr><th>Quality</th><th>Metres</th></tr><tr><td>LINEN</td><td>1,000.00</td></tr></table>
<ol><li>one</li><li>two</li></ol></body></html>`;
const request = (html: string, more: Partial<PdfRequest> = {}): PdfRequest => ({
  ...{ html, title: "T", at: "2026-02-02T06:00:00.000Z", size: "A4", orientation: "portrait" },
  ...more,
});
const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
/** Everything that the file's streams hold. */
const streams = (bytes: Uint8Array): string =>
  [...text(bytes).matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)]
    .map(([, body = ""]) => {
      try {
        return inflateSync(Buffer.from(body, "latin1")).toString("latin1");
      } catch {
        return body;
      }
    })
    .join("\n");

describe("HTML to PDF", () => {
  it("gives the same bytes for the same HTML and instant, and others for others", async () => {
    const first = await renderPdf(request(HTML));
    expect(text(first).startsWith("%PDF-1.")).toBe(true);
    expect(hash(await renderPdf(request(HTML)))).toBe(hash(first));
    expect(hash(await renderPdf(request(HTML, { at: "2026-02-03T06:00:00.000Z" })))).not.toBe(hash(first));
    expect(hash(await renderPdf(request(HTML.replace("1,000", "2,000"))))).not.toBe(hash(first));
  });

  it("takes size and orientation", async () => {
    expect(text(await renderPdf(request(HTML)))).toContain("/MediaBox [0 0 595.28 841.89]");
    expect(text(await renderPdf(request(HTML, { orientation: "landscape", size: "LETTER" })))).toContain("/MediaBox [0 0 792 612]");
  });

  it("embeds its fonts, runs no script, and fetches neither images nor local files", async () => {
    const pdf = await renderPdf(
      request(`${HTML}<img src="http://127.0.0.1:1/x.png"><img src="file:///etc/passwd"><img src='/etc/passwd'><p><a href="https://example.com">link</a></p>`),
    );
    expect(text(pdf)).toContain("/FontFile2");
    expect(streams(pdf)).not.toContain("root:");
    expect(text(pdf)).not.toContain("/Subtype /Image");
  });

  it("goes over pages, and takes what is hardly HTML", async () => {
    const rows = Array.from({ length: 200 }, (_, n) => `<tr><td>${n}</td></tr>`).join("");
    expect(text(await renderPdf(request(`<table>${rows}</table>`)))).toMatch(/\/Count [2-9]/);
    for (const html of ["", "<p>", "plain", "<table></table>", "<td>loose</td>", "<ul><li></ul>", "&lt;"])
      expect(text(await renderPdf(request(html))).startsWith("%PDF-"), html).toBe(true);
  });
});
