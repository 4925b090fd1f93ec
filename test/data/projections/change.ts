/** What an event of the sample carries. */
export interface Change {
  readonly path: string;
  readonly blob: string;
  readonly mode: string;
}

/** The same as a row, without what it carries besides. */
export function rowOf(data: unknown): Record<keyof Change, string> {
  const { path, blob, mode } = data as Change;
  return { path, blob, mode };
}
