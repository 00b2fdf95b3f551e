/**
 * HTML to PDF with pdfmake: no browser, no network, no files but its own fonts. The same HTML and instant give the same bytes.
 *
 * Known from HTML: headings, paragraphs, lists, tables, images as data URLs, links, and inline styles (color, background, font size and weight,
 * alignment, margins). `data-pdfmake='{"widths": [...]}'` on a table sets what HTML cannot say.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PdfRequest } from "../core/ports.ts";

/** About 3.5 MB of fonts and code: loaded with the first document. */
async function load() {
  const [{ Window }, { default: htmlToPdfmake }, { default: pdfmake }] = await Promise.all([import("happy-dom"), import("html-to-pdfmake"), import("pdfmake")]);
  const fonts = join(dirname(fileURLToPath(import.meta.resolve("pdfmake/package.json"))), "fonts", "Roboto");
  const font = (name: string): string => join(fonts, `Roboto-${name}.ttf`);
  pdfmake.addFonts({ Roboto: { normal: font("Regular"), bold: font("Medium"), italics: font("Italic"), bolditalics: font("MediumItalic") } });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => path.startsWith(fonts));
  return { Window, htmlToPdfmake, pdfmake };
}

let loaded: ReturnType<typeof load> | undefined;

export async function renderPdf(request: PdfRequest): Promise<Uint8Array> {
  loaded ??= load();
  const { Window, htmlToPdfmake, pdfmake } = await loaded;
  const window = new Window({ settings: { disableJavaScriptEvaluation: true, disableJavaScriptFileLoading: true, disableCSSFileLoading: true } });
  try {
    const content = htmlToPdfmake(cleaned(request.html), { window, defaultStyles: STYLES });
    const at = new Date(request.at);
    const pdf = pdfmake.createPdf({
      content,
      defaultStyle: { font: "Roboto", fontSize: 10, lineHeight: 1.25, color: "#0f172a" },
      pageSize: request.size,
      pageOrientation: request.orientation,
      pageMargins: [48, 48, 48, 56],
      footer: (page: number, pages: number) => ({ text: `${page} / ${pages}`, alignment: "right", fontSize: 8, color: "#64748b", margin: [48, 16, 48, 0] }),
      info: { title: request.title, producer: "Gatehouse", creator: "Gatehouse", creationDate: at, modDate: at },
    });
    return await pdf.getBuffer();
  } finally {
    await window.happyDOM.close();
  }
}

const STYLES = {
  h1: { fontSize: 20, bold: true, marginBottom: 8 },
  h2: { fontSize: 14, bold: true, marginTop: 8, marginBottom: 6 },
  h3: { fontSize: 11, bold: true, marginTop: 6, marginBottom: 4 },
  p: { margin: [0, 2, 0, 6] },
  th: { bold: true, fillColor: "" },
  table: { marginBottom: 10 },
};

/** What stands in the head is for browsers; a line break between tags would be an empty line, and a table without rows is none. */
function cleaned(html: string): string {
  const body = /<body[^>]*>([\s\S]*)<\/body>/i.exec(html)?.[1] ?? html;
  return body
    .replace(/>\s*\n\s*</g, "><")
    .replace(/<table\b[^>]*>(?:\s|<\/?(?:thead|tbody|tfoot|colgroup|caption)\b[^>]*>)*<\/table>/gi, "")
    .replace(REMOTE_IMAGE, "")
    .trim();
}

/** A PDF holds what it shows: an image that lies elsewhere is left out. */
const REMOTE_IMAGE = /<img\b(?![^>]*\bsrc=["']data:image\/)[^>]*>/gi;
