import { SalvorError } from "../../../core/errors.ts";
import type { Query } from "../../types.ts";

/** Tells when a rule that is asked inside a transaction has had its time. */
export interface RuleClock extends Disposable {
  readonly signal: AbortSignal;
  /** `asked` is the place of the rule that is asked now; the number of rules when none is. */
  readonly onProgress: (asked: number) => void;
}

/** A statement that runs is stopped by the end of its process only, so the clock stands outside. */
export function ruleClock(rules: readonly Query[]): RuleClock {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: controller.signal,
    onProgress: (asked) => {
      clearTimeout(timer);
      const rule = rules[asked];
      if (rule === undefined) return;
      timer = setTimeout(() => controller.abort(tooSlow(asked, rule)), rule.timeoutMs);
    },
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}

function tooSlow(place: number, { text, timeoutMs }: Query): SalvorError {
  const message = `rule ${place + 1} (${text.slice(0, 80)}) took longer than ${timeoutMs} ms`;
  return new SalvorError("HOST_LIMIT", message, {
    hint: "Nothing was changed. Make the rule quicker, or give it more time.",
  });
}
