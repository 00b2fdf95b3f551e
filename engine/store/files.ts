/** Uploaded and generated files. */
import type { Tx } from "./tx.ts";

export interface FileRow {
  readonly orgId: string;
  readonly id: string;
  readonly name: string;
  readonly mime: string;
  readonly size: number;
  readonly sha256: string;
  readonly createdBy: string;
  readonly createdAt: string;
}
export declare function saveFile(tx: Tx, row: FileRow, bytes: Uint8Array): Promise<void>;
export declare function loadFile(tx: Tx, id: string): Promise<FileRow | null>;
export declare function loadFileBytes(tx: Tx, id: string): Promise<Uint8Array | null>;
