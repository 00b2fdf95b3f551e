/** Documents of a record as the side shows them: each in its newest version, the earlier ones behind it. */
import type { DocumentAnswer } from "#engine/service/queries/documents.ts";
import type { DocumentLine } from "../screens/guided.ts";

const hrefOf = (id: string): string => `/api/v1/documents/${id}/pdf`;

/** - `documents`: newest first */
export function documentLines(documents: readonly DocumentAnswer[]): readonly DocumentLine[] {
  return [...Map.groupBy(documents, ({ document, instance }) => `${document} ${instance}`).values()].map((versions) => {
    const [newest, ...earlier] = versions.toSorted((a, b) => b.number - a.number) as [DocumentAnswer, ...DocumentAnswer[]];
    const { id, title, name, number, createdAt, sha256, download } = newest;
    return {
      ...{ id, title, name, number, at: createdAt, sha256, href: hrefOf(id), event: download.event },
      shut: download.open ? null : download.reasons.map(({ message }) => message).join(" ") || "Its gate is shut.",
      earlier: earlier.map((version) => ({ id: version.id, number: version.number, at: version.createdAt, href: hrefOf(version.id) })),
    };
  });
}
