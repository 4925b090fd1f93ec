import { SalvorError } from "../../../core/errors.ts";

/** What the bytes of a database show where they cannot be a database. */
export function damaged(path: string, what: string): SalvorError {
  return new SalvorError("STORE_DAMAGED", `${path}: ${what}`, {
    hint: 'Run "salvor restore <store>@latest --in-place" to bring back the newest snapshot.',
  });
}
