/** One collection's rows that go back. */
export interface PutBackCollection {
  readonly name: string;
  /** Canonical keys, one a line in hex digits, that never return; null when there are none. */
  readonly forget: string | null;
}
