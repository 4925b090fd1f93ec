import { diskError } from "../../../core/disk.ts";
import { SalvorError, systemCode } from "../../../core/errors.ts";

/** What the system says of a log's file, as one of our errors. */
export function segmentError(path: string, error: unknown): SalvorError {
  if (error instanceof SalvorError) return error;
  if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return segmentMissing(path, error);
  return diskError(path, error);
}

/** There is no file of the log. */
export function segmentMissing(path: string, cause?: unknown): SalvorError {
  return new SalvorError("STORE_MISSING", `the event log ${path} is not there`, {
    hint: 'Check "path" in salvor.yaml, or bring it back: "salvor restore <store>@latest --in-place".',
    cause,
  });
}

/** The log is not what it was when a place in it was noted. */
export function logChanged(what: string): SalvorError {
  return new SalvorError("LOG_CHANGED", what, {
    hint: 'Look at the log with "salvor integrity"; "salvor rebuild --discard" and a new rebuild begin anew.',
  });
}
