import type { Severity } from "../core/finding.ts";
import type { Finding } from "./types.ts";

/** Worst first. */
export const SEVERITIES = [
  "critical",
  "high",
  "medium",
  "low",
  "info",
] as const satisfies readonly Severity[];

/** 0 is the worst. */
export function rankOf(severity: Severity): number {
  return SEVERITIES.indexOf(severity);
}

/** No open finding of severity medium or above. What somebody has acknowledged does not count. */
export function isSound(findings: readonly Pick<Finding, "status" | "severity">[]): boolean {
  return !findings.some(
    ({ status, severity }) => status === "open" && rankOf(severity) <= rankOf("medium"),
  );
}
