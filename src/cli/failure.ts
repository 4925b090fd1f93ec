import { knownError } from "../core/disk.ts";
import { ERRORS, messageOf, SalvorError } from "../core/errors.ts";
import { SIGNAL_BASE } from "./exit-status.ts";
import { safe } from "./show/text.ts";

/** An error as the command line shows it. */
export interface Failure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Where it comes from, for `--verbose`. */
  readonly stack: string | null;
}

const SIGNAL_NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGTERM: 15,
};

/** The status that shells expect of a program that a signal stopped. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return SIGNAL_BASE + (SIGNAL_NUMBERS[signal] ?? 0);
}

/** Whatever was thrown, as something to print. `stoppedBy`: the signal that asked us to stop. */
export function failureOf(error: unknown, stoppedBy: NodeJS.Signals | null): Failure {
  const stack = error instanceof Error ? stackOf(error) : null;
  if (stoppedBy !== null) {
    const message = `stopped by ${stoppedBy}`;
    const hint =
      'What was begun is safe; "salvor runs" shows whether something waits for "salvor resume".';
    return { status: statusOfSignal(stoppedBy), code: "CANCELLED", message, hint, stack };
  }
  const known = knownError(firstOf(error));
  if (known instanceof SalvorError) {
    const { code, message, hint } = known;
    return { status: ERRORS[code].exit, code, message, hint, stack };
  }
  return {
    status: 70,
    code: "FAULT",
    message: `a fault of Salvor's own: ${messageOf(known)}`,
    hint: "Run the command again with --verbose and report what it prints.",
    stack,
  };
}

/** What went wrong first; what went wrong while that was cleaned up is in the stack. */
function firstOf(error: unknown): unknown {
  return error instanceof SuppressedError ? firstOf(error.suppressed) : error;
}

/** The lines for standard error. */
export function failureText(
  failure: Failure,
  format: "text" | "json",
  options: { readonly verbose: boolean },
): string {
  const { code, message, hint, stack } = failure;
  const shownStack = options.verbose ? stack : null;
  if (format === "json") {
    const error = { code, message, hint, ...(shownStack !== null && { stack: shownStack }) };
    return `${JSON.stringify({ error })}\n`;
  }
  const lines = [`salvor: ${safe(message)}`, `  ${safe(hint)}`];
  if (shownStack !== null) lines.push(...shownStack.split("\n").map(safe));
  return `${lines.join("\n")}\n`;
}

function stackOf(error: Error): string {
  if (error instanceof SuppressedError)
    return [error.suppressed, error.error].map(stackOfAny).join("\nand then ");
  const own = error.stack ?? String(error);
  return error.cause instanceof Error ? `${own}\ncaused by ${stackOf(error.cause)}` : own;
}

function stackOfAny(error: unknown): string {
  return error instanceof Error ? stackOf(error) : String(error);
}
