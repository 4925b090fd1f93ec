import { extname } from "node:path";

import { SalvorError } from "../core/errors.ts";
import type { ReportFormat } from "./types.ts";

const ENDINGS: Readonly<Record<string, ReportFormat>> = {
  ".json": "json",
  ".xml": "xml",
  ".html": "html",
  ".htm": "html",
  ".md": "md",
};

/** The format that a file's ending tells. USAGE when it tells none. */
export function formatOfPath(path: string): ReportFormat {
  const format = ENDINGS[extname(path).toLowerCase()];
  if (format !== undefined) return format;
  throw new SalvorError("USAGE", `the ending of ${path} tells no format of a report`, {
    hint: `Name a file that ends in ${Object.keys(ENDINGS).join(", ")}, or give --format.`,
  });
}
