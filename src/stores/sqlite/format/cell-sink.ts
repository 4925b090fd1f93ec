/** Takes one cell: its payload, whole, and its row id as two halves (zero in an index). */
export interface CellSink {
  /** Asks for no payloads: none is looked at, and the cells of a table come without theirs. */
  readonly rowidsOnly?: boolean;
  cell(bytes: Uint8Array, start: number, end: number, high: number, low: number): void;
}
