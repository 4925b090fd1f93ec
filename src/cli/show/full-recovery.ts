import type { FullRecoveryDocument } from "../../app/look-documents.ts";
import type { ExitStatus } from "../exit-status.ts";
import { findingLines } from "./findings.ts";
import { reportLine } from "./look.ts";
import { planLines, runLines, runsStatus } from "./run.ts";
import type { Style } from "./style.ts";
import { counted, duration, safe } from "./text.ts";

/** What was found before it was mended does not count. */
export function fullRecoveryStatus({ run, sound }: FullRecoveryDocument): ExitStatus {
  const ofRun = run === null ? 0 : runsStatus([run]);
  return ofRun === 0 && !sound ? 1 : ofRun;
}

/** The five steps, a line each, then what came of them. */
export function fullRecoveryLines(document: FullRecoveryDocument, style: Style): readonly string[] {
  const { steps, run, sound } = document;
  const verdict = sound
    ? style.paint("good", "everything is sound")
    : style.paint("bad", "not sound");
  return [
    ...(["audit", "integrity", "scan"] as const).map((name) => {
      const { stores, findings } = steps[name];
      const took = stores.reduce((sum, { durationMs }) => sum + durationMs, 0);
      const seen = findings.filter(({ kind }) => kind === name);
      const said = seen.length === 0 ? "nothing found" : counted(seen.length, "finding");
      return `${name}: ${said}  ${style.paint("faint", duration(took))}`;
    }),
    ...findingLines(foundBefore(document), style),
    ...steps.recover.remedies.map(({ store, why }) => `recover ${safe(store)}: ${safe(why)}`),
    ...(run === null
      ? []
      : run.status === "planned"
        ? planLines(run, style)
        : runLines(run, style)),
    ...(steps.verify.findings.length === 0
      ? []
      : [style.paint("warning", "still open:"), ...findingLines(steps.verify.findings, style)]),
    `${verdict}  ${style.paint("faint", duration(document.durationMs))}`,
    ...reportLine(document.reports),
  ];
}

/** What the looks found, each once; the last look lists those of the others too. */
function foundBefore({
  steps,
}: FullRecoveryDocument): FullRecoveryDocument["steps"]["scan"]["findings"] {
  return steps.scan.findings;
}
