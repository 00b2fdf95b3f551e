/** RFC 6266: a plain name for old readers, the real one encoded. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\/]/gu, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/gu, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
