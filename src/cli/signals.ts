import { SalvorError } from "../core/errors.ts";
import { statusOfSignal } from "./failure.ts";

/** A wish to stop: the first signal asks for an orderly end, the second one ends at once. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Null as long as nobody asked. */
  stoppedBy(): NodeJS.Signals | null;
}

/** Listens for Ctrl-C, a lost terminal and a service manager that wants us to end. */
export function stopOnSignals(): Stop {
  const controller = new AbortController();
  let stoppedBy: NodeJS.Signals | null = null;
  const ask = (signal: NodeJS.Signals): void => {
    if (stoppedBy !== null) process.exit(statusOfSignal(signal));
    stoppedBy = signal;
    controller.abort(
      new SalvorError("CANCELLED", `stopped by ${signal}`, {
        hint: "Run the command again; what was begun is safe.",
      }),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask);
  return { signal: controller.signal, stoppedBy: () => stoppedBy };
}
