interface Change {
  readonly path: string;
  readonly blob: string;
  readonly mode: string;
}

/** What an event of the sample carries, as a row. */
export const rowOf = ({ path, blob, mode }: Change): Record<string, string> => ({ path, blob, mode });
