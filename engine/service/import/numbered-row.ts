/** A row of a table as it stands in the file. */
export interface NumberedRow {
  /** As a spreadsheet numbers it: the first one is 1, and empty ones count. */
  readonly row: number;
  readonly cells: readonly string[];
  /** Cells that show what the file does not say. */
  readonly faults?: readonly CellFault[];
}

export interface CellFault {
  /** From 0. */
  readonly column: number;
  readonly message: string;
}
