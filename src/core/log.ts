/** Where diagnostics go. Fields never hold secrets: whoever logs leaves them out. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** What stands beside a message: flat, so that every log can hold it. */
export type LogFields = Readonly<Record<string, string | number | boolean | null>>;

const nothing = (): void => {};

/** Says nothing: for libraries and tests that did not ask. */
export const quietLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
