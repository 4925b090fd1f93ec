import { SalvorError } from "../../core/errors.ts";

/** The module of a projection is not one: what was found, and at which line where that is known. */
export function invalid(path: string, error: unknown, message: string): SalvorError {
  const place = error === null ? null : placeIn(stackOf(error));
  const where = place === null ? path : `${place.path}:${place.line}`;
  return new SalvorError("PROJECTION_INVALID", `${where}: ${message}`, {
    hint: "Change the module, and run the command again.",
    ...(error === null ? {} : { cause: error }),
  });
}

/** The first line of a stack that lies in a file, which is one of the module's. */
export function placeIn(stack: string): { readonly path: string; readonly line: number } | null {
  for (const match of stack.matchAll(/(?:\(|at |^)((?:\/|[A-Za-z]:)[^\n:()]*):(\d+)/gm)) {
    return { path: match[1] ?? "", line: Number(match[2]) };
  }
  return null;
}

function stackOf(error: unknown): string {
  // Errors of the module's own context are no Error of this one.
  if (typeof error !== "object" || error === null || !("stack" in error)) return "";
  return String(error.stack);
}
