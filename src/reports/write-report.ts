import { writeLinesDurably, type Disk } from "../core/disk.ts";
import { renderReport } from "./render-report.ts";
import type { ReportDocument, ReportFormat } from "./types.ts";

const PORTION = 1 << 16;

/** Replaces `path` by the report, whole or not at all; only its owner may read it (0600). */
export async function writeReport(
  disk: Disk,
  path: string,
  document: ReportDocument,
  format: ReportFormat,
): Promise<void> {
  await disk.remove(`${path}.draft`); // an older one could be readable to others, or a link
  await writeLinesDurably(disk, path, portions(renderReport(document, format)));
}

/** One write for many pieces. */
async function* portions(pieces: Iterable<string>): AsyncGenerator<string> {
  let held = "";
  for (const piece of pieces) {
    held += piece;
    if (held.length < PORTION) continue;
    yield held;
    held = "";
  }
  yield held;
}
