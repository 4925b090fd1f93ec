import { statSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import { isHeader, readHeader, type DatabaseHeader } from "../format/header.ts";
import { guessLayout } from "./guess-layout.ts";
import { PageReader } from "./page-reader.ts";
import { type PageSource, UNKNOWN } from "./page-source.ts";
import { readLog } from "./write-ahead-log.ts";

/** Finds out how a settled or copied database is cut into pages, and what its -wal lays over them. */
export function openSource(path: string): PageSource {
  const size = sizeOf(path);
  const header = readFirst(path);
  const layout = header ?? guessLayout(path, size);
  const { pageSize, reservedBytes } = layout;
  const log = readLog(`${path}-wal`, pageSize);
  const filePages = Math.floor(size / pageSize);
  const pageCount = log === null ? filePages : log.databasePages(filePages);
  return {
    path,
    pageSize,
    usable: pageSize - reservedBytes,
    pageCount,
    encoding: header?.encoding ?? null,
    overlay: log?.overlay ?? null,
    lostFrames: log?.lostFrames ?? null,
  };
}

function readFirst(path: string): DatabaseHeader | null {
  const bytes = new Uint8Array(100);
  const source = { ...UNKNOWN, path, pageSize: 100, usable: 100, pageCount: 1 };
  using reader = new PageReader(source);
  reader.read(1, 1, bytes);
  const header = readHeader(bytes);
  return isHeader(header) ? header : null;
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    throw diskError(path, error);
  }
}
