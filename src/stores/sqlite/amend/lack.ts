import { messageOf, SalvorError } from "../../../core/errors.ts";

const LACK = /(unknown|no such) (function|collation sequence|module): |unsafe use of /;

/** Did a statement need a function, collation or module that only the application has? */
export function isLack(error: unknown): boolean {
  return !(error instanceof SalvorError) && LACK.test(messageOf(error));
}
