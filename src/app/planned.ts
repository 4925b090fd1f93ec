import type { RunDocument } from "./run-document.ts";

/** Several plans as one, to be shown. */
export function planned(first: RunDocument, next: RunDocument): RunDocument {
  return {
    ...first,
    subject: [...new Set([...first.subject, ...next.subject])].toSorted(),
    steps: [...first.steps, ...next.steps],
    amended: [...first.amended, ...next.amended],
  };
}
