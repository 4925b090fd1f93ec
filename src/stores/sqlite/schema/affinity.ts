import type { Affinity } from "./types.ts";

/** The affinity of a declared type by SQLite's rules, which look for letters anywhere in it. */
export function affinityOf(type: string, strict: boolean): Affinity {
  const upper = type.toUpperCase();
  if (strict && upper === "ANY") return "any";
  if (upper.includes("INT")) return "integer";
  if (/CHAR|CLOB|TEXT/.test(upper)) return "text";
  if (upper === "" || upper.includes("BLOB")) return "blob";
  return /REAL|FLOA|DOUB/.test(upper) ? "real" : "numeric";
}
