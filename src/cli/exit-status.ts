/** What a status that the program ends with means, in one place for help, README and tests. */
export const EXIT_STATUSES = {
  0: "done; everything is sound and nothing was lost",
  1: "done, but a proof is unequal or something needs attention",
  2: "wrong usage or configuration",
  3: "refused: it needs a confirmation, or something is in the way",
  4: "a backup, an event log or the audit trail is damaged",
  5: "busy, full or unreachable: try again",
  6: "done, with losses that are listed",
  70: "a fault of Salvor's own",
} as const;

/** One of them. */
export type ExitStatus = keyof typeof EXIT_STATUSES;

/** Shells show a program that a signal ended as 128 and the signal's number. */
export const SIGNAL_BASE = 128;
