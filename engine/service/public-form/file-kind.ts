/** What a file is by its name, and whether its first bytes agree. Names that are not known here claim nothing. */

interface FileKind {
  readonly mime: string;
  /** One of these stands at the beginning. */
  readonly heads: readonly string[];
}

const OFFICE = "application/vnd.openxmlformats-officedocument";
const JPEG: FileKind = { mime: "image/jpeg", heads: ["\xff\xd8\xff"] };
const PACKED = ["PK\x03\x04"];
const KINDS: ReadonlyMap<string, FileKind> = new Map([
  ["pdf", { mime: "application/pdf", heads: ["%PDF-"] }],
  ["png", { mime: "image/png", heads: ["\x89PNG\r\n\x1a\n"] }],
  ["jpg", JPEG],
  ["jpeg", JPEG],
  ["gif", { mime: "image/gif", heads: ["GIF87a", "GIF89a"] }],
  ["xlsx", { mime: `${OFFICE}.spreadsheetml.sheet`, heads: PACKED }],
  ["docx", { mime: `${OFFICE}.wordprocessingml.document`, heads: PACKED }],
  ["pptx", { mime: `${OFFICE}.presentationml.presentation`, heads: PACKED }],
  ["zip", { mime: "application/zip", heads: PACKED }],
]);

export function kindOfFile(name: string): FileKind | null {
  return KINDS.get(/\.([^.]+)$/u.exec(name.trim())?.[1]?.toLowerCase() ?? "") ?? null;
}

export const startsAs = ({ heads }: FileKind, bytes: Uint8Array): boolean =>
  heads.some((head) => Buffer.from(bytes.subarray(0, head.length)).toString("latin1") === head);
