/** What went wrong, whether trying again can help, and what the operator does next. */
export class SalvorError extends Error {
  override readonly name = "SalvorError";
  readonly code: ErrorCode;
  /** One sentence for the person at the keyboard: what to type, or to change, next. */
  readonly hint: string;

  /** @param message for the log: lower case, no full stop, with the place (file, line, key, page). */
  constructor(code: ErrorCode, message: string, help: { hint: string; cause?: unknown }) {
    super(message, { cause: help.cause });
    this.code = code;
    this.hint = help.hint;
  }
}

/** A name of the catalogue below. */
export type ErrorCode = keyof typeof ERRORS;

/** The whole catalogue: exit status of the command line, and whether a retry can help. */
export const ERRORS = {
  BACKUP_DAMAGED: { exit: 4, retry: false },
  BLOB_MISSING: { exit: 4, retry: false },
  CANCELLED: { exit: 5, retry: true },
  CONFIG_INVALID: { exit: 2, retry: false },
  CONFIG_MISSING: { exit: 2, retry: false },
  CONFIG_UNTRUSTED: { exit: 3, retry: false },
  CONFIRMATION_NEEDED: { exit: 3, retry: false },
  DISK_FAILED: { exit: 5, retry: false },
  DISK_FULL: { exit: 5, retry: true },
  FAULT: { exit: 70, retry: false },
  FORMAT_TOO_NEW: { exit: 2, retry: false },
  HOST_FAILED: { exit: 70, retry: true },
  HOST_LIMIT: { exit: 5, retry: true },
  LOG_CHANGED: { exit: 1, retry: false },
  LOG_DAMAGED: { exit: 4, retry: false },
  NOT_EMPTY: { exit: 3, retry: false },
  NOT_FOUND: { exit: 2, retry: false },
  PASSPHRASE_MISSING: { exit: 2, retry: false },
  PASSPHRASE_WRONG: { exit: 2, retry: false },
  PERMISSION_DENIED: { exit: 5, retry: false },
  PLAN_INVALID: { exit: 2, retry: false },
  PROJECTION_INVALID: { exit: 2, retry: false },
  PROOF_UNEQUAL: { exit: 1, retry: false },
  QUERY_FAILED: { exit: 2, retry: false },
  QUERY_REFUSED: { exit: 3, retry: false },
  RECEIPT_INVALID: { exit: 4, retry: false },
  REFUSED: { exit: 3, retry: false },
  REPOSITORY_BUSY: { exit: 5, retry: true },
  REPOSITORY_EXISTS: { exit: 3, retry: false },
  REPOSITORY_MISSING: { exit: 2, retry: false },
  RULE_BROKEN: { exit: 3, retry: false },
  STATE_DAMAGED: { exit: 4, retry: false },
  STATE_TOO_NEW: { exit: 2, retry: false },
  STEP_TIMEOUT: { exit: 5, retry: true },
  STORE_BUSY: { exit: 5, retry: true },
  STORE_CHANGED: { exit: 5, retry: true },
  STORE_DAMAGED: { exit: 1, retry: false },
  STORE_MISSING: { exit: 5, retry: false },
  STORE_UNKNOWN: { exit: 2, retry: false },
  TRAIL_BROKEN: { exit: 4, retry: false },
  USAGE: { exit: 2, retry: false },
} as const satisfies Record<string, { exit: number; retry: boolean }>;

/** True for the errors that may pass by themselves. */
export function isRetryable(error: unknown): boolean {
  return error instanceof SalvorError && ERRORS[error.code].retry;
}

/** The code of an operating system error (`ENOENT`, `ENOSPC`, …), or null for any other value. */
export function systemCode(error: unknown): string | null {
  if (!(error instanceof Error) || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}

/** The sentence of any thrown value, for logs and journals. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
