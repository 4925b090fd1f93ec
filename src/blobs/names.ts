import { SalvorError } from "../core/errors.ts";

/** Refuses what is not a blob's name, so that no name can lead out of the repository. */
export function assertBlobName(name: string): void {
  const steps = name.split("/");
  const sound = steps.every((step) => /^[a-z0-9_-][a-z0-9._-]*$/.test(step));
  if (sound) return;
  throw new SalvorError("FAULT", `"${name}" is not the name of a blob`, {
    hint: "This is a fault of Salvor's own; please report it.",
  });
}

/** What is thrown where a blob was named that does not exist. */
export function blobMissing(address: string, name: string): SalvorError {
  return new SalvorError("BLOB_MISSING", `${address} has no ${name}`, {
    hint: 'Run "salvor repository check" to see what else is missing.',
  });
}
