import { accessSync, constants } from "node:fs";
import { dirname } from "node:path";

import { systemCode } from "../../../core/errors.ts";
import type { Observation } from "../../../core/finding.ts";
import { counted } from "../../../core/text.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { readJournal } from "./journal.ts";
import { isLocked, WAL_WRITER } from "./lock-table.ts";
import { readMainFile, unreadable, type MainFile } from "./main-file.ts";
import { observe } from "./observations.ts";
import type { JournalFacts, Preflight, WalFacts } from "./types.ts";
import { readWal } from "./wal.ts";

interface Look {
  readonly path: string;
  readonly main: MainFile;
  readonly wal: WalFacts | null;
  readonly journal: JournalFacts | null;
}

interface Judgement {
  readonly verdict: Preflight["verdict"];
  readonly observations: readonly Observation[];
}

/** 1 with a rollback journal, 2 with a -wal. */
const WRITE_VERSION_MAX = 2;
const LOOKS_MAX = 20;
const PAUSE_MS = 10;

/**
 * Looks at a live database as bytes: reads only, the file, its -wal and its -journal, and judges
 * whether the engine may look too. Run it in a process that never opens it with the engine.
 *
 * What looks amiss is looked at again until it holds still, since a writer may be in the middle.
 */
export function preflight(path: string): Preflight {
  let look = lookAt(path);
  let judgement = judge(look);
  for (let count = 1; count < LOOKS_MAX && judgement.observations.length > 0; count++) {
    if (look.main.refusal?.code === "sqlite.file.missing") break;
    pause();
    const again = lookAt(path);
    const isSteady = fingerprintOf(again.main, again.wal) === fingerprintOf(look.main, look.wal);
    look = again;
    judgement = judge(again);
    if (isSteady) break;
  }
  return answer(look, judgement);
}

/** Equal when nothing was committed in between, as far as bytes can tell. */
export function fingerprint(path: string): string {
  const { main, wal } = lookAt(path);
  return fingerprintOf(main, wal);
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
}

function lookAt(path: string): Look {
  const main = readMainFile(path);
  try {
    const wal = whenThere(() => readWal(`${path}-wal`));
    const journal = whenThere(() => readJournal(`${path}-journal`, path));
    return { path, main, wal, journal };
  } catch (error) {
    // Neither may be read past: what they hold belongs to the database.
    const refusal = main.refusal ?? unreadable(`${path}-wal or -journal`, error);
    return { path, main: { ...main, refusal }, wal: null, journal: null };
  }
}

function whenThere<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return null;
    throw error;
  }
}

function answer(
  { path, main, wal, journal }: Look & { path: string },
  judged: Judgement,
): Preflight {
  const { header } = main;
  return {
    path,
    ...judged,
    fingerprint: fingerprintOf(main, wal),
    size: main.size,
    mode: main.mode,
    journalMode: header === null ? null : header.readVersion === 2 ? "wal" : "rollback",
    changeCounter: header?.changeCounter ?? null,
    header,
    wal,
    journal,
  };
}

function judge(look: Look): Judgement {
  const { main } = look;
  if (main.refusal !== null) return { verdict: "refuse", observations: [main.refusal] };
  const refusals = [...walRefusals(look), ...journalRefusals(look), ...sizeRefusals(look)];
  const notices = noticesOf(look);
  if (refusals.length > 0) return { verdict: "refuse", observations: [...refusals, ...notices] };
  return { verdict: mustBeCopied(look) ? "copy" : "engine", observations: notices };
}

function walRefusals({ path, main, wal }: Look): readonly Observation[] {
  if (wal === null) return [];
  const location = { file: `${path}-wal` };
  const hasFrames = wal.size > 32 + 24;
  if (!wal.isHeaderValid) {
    if (!hasFrames) return [];
    const text = `the header of ${path}-wal is damaged: the engine would drop all that lies in it`;
    return [observe("sqlite.wal.header", text, { ...location, bytes: [0, 32] }, wal.salts)];
  }
  if (main.size === 0 && wal.committedFrames > 0) {
    const text = `${path} is empty, but ${wal.committedFrames} frames beside it are committed`;
    return [observe("sqlite.file.emptied", text, { file: path })];
  }
  if (main.header !== null && wal.committedFrames > 0 && wal.pageSize !== main.header.pageSize) {
    const text = `${path}-wal has pages of ${wal.pageSize} bytes, ${path} of ${main.header.pageSize}`;
    return [observe("sqlite.wal.page-size", text, location)];
  }
  if (wal.lostCommit === null) return [];
  const text =
    `frame ${wal.validFrames + 1} of ${path}-wal is broken, but frame ${wal.lostCommit} behind it ` +
    "is committed: the engine would silently drop it";
  return [observe("sqlite.wal.frame", text, { ...location, block: wal.validFrames + 1 })];
}

function journalRefusals({ path, main, journal }: Look): readonly Observation[] {
  if (journal?.state === "damaged") {
    const text = `${path}-journal is no journal: ${path} may be in the middle of a transaction`;
    return [observe("sqlite.journal.damaged", text, { file: `${path}-journal` })];
  }
  const undone = commitsUndone(main, journal);
  if (undone > 0) {
    const text = `${path}-journal is older than ${counted(undone, "commit")} that the engine would undo with it`;
    return [observe("sqlite.journal.stale", text, { file: `${path}-journal` })];
  }
  if (journal?.state !== "hot" || main.size > 0 || journal.databasePages === 0) return [];
  const text = `${path} is empty, but had ${journal.databasePages} pages before a transaction`;
  return [observe("sqlite.file.emptied", text, { file: path })];
}

/** A transaction counts one commit at its end: a journal that knows less is that of an earlier one. */
function commitsUndone({ header }: MainFile, journal: JournalFacts | null): number {
  if (header === null || journal?.state !== "hot" || journal.changeCounter === null) return 0;
  return Math.max(0, ((header.changeCounter - journal.changeCounter) | 0) - 1);
}

/** Says nothing while a transaction is open, or when the -wal holds the size. */
function sizeRefusals({ path, main, wal, journal }: Look): readonly Observation[] {
  const counts = countedPages({ path, main, wal, journal });
  const pages = Math.ceil(main.size / (main.header?.pageSize ?? 1));
  if (counts === null || counts <= pages) return [];
  const text = `${path} has ${pages} pages of ${counts} that its header counts`;
  return [observe("sqlite.file.truncated", text, { file: path, pages: [pages + 1, counts] })];
}

/** What the header counts, where that must be the size of the file; else null. */
function countedPages({ main: { header }, wal, journal }: Look): number | null {
  if (header === null || isInTransaction(journal) || (wal?.committedFrames ?? 0) > 0) return null;
  const isCounted = header.headerPages > 0 && header.versionValidFor === header.changeCounter;
  return isCounted ? header.headerPages : null;
}

function isInTransaction(journal: JournalFacts | null): boolean {
  return journal?.state === "hot" || journal?.state === "active";
}

function noticesOf(look: Look): readonly Observation[] {
  const { path, main, wal, journal } = look;
  const notices: Observation[] = [];
  if (main.size === 0) {
    notices.push(observe("sqlite.file.empty", `${path} has no bytes`, { file: path }));
  } else {
    notices.push(...endNotices(look), ...writeNotices(look));
  }
  const isTorn = wal !== null && wal.brokenFrames > 0 && wal.lostCommit === null;
  if (isTorn && !isLocked(`${path}-shm`, WAL_WRITER)) {
    const text = `${path}-wal ends in ${wal.brokenFrames} frames that were never committed`;
    notices.push(observe("sqlite.wal.tail", text, { file: `${path}-wal` }));
  }
  if (journal?.state === "hot") {
    const text = `${path}-journal belongs to a transaction whose process is gone`;
    notices.push(observe("sqlite.journal.hot", text, { file: `${path}-journal` }));
  }
  return notices;
}

/** What lies behind the last page that counts belongs to nobody; within the pages it is damage. */
function endNotices(look: Look): readonly Observation[] {
  const { path, main, wal, journal } = look;
  const pageSize = main.header?.pageSize ?? 1;
  const isRagged = main.size % pageSize !== 0 && !isInTransaction(journal);
  const counts = countedPages(look) ?? (isRagged ? pagesInWal(wal) : null);
  const pages = Math.ceil(main.size / pageSize);
  if (counts !== null && pages > counts) {
    const text = `${path} has ${pages} pages, of which its header counts ${counts}`;
    return [observe("sqlite.file.long", text, { file: path })];
  }
  if (!isRagged) return [];
  const text = `${path} ends ${main.size % pageSize} bytes into a page`;
  return [observe("sqlite.file.ragged", text, { file: path, byte: main.size })];
}

/** What is newer to write may still be read: whoever only looks would not notice. */
function writeNotices({ path, main: { header } }: Look): readonly Observation[] {
  if (header === null || header.writeVersion <= WRITE_VERSION_MAX) return [];
  const text = `${path} asks for write version ${header.writeVersion}: the engine writes nothing to it`;
  return [observe("sqlite.header.write-version", text, { file: path, byte: 18 })];
}

function pagesInWal(wal: WalFacts | null): number | null {
  return wal === null || wal.committedFrames === 0 ? null : wal.databasePages;
}

function mustBeCopied({ path, main, wal, journal }: Look): boolean {
  if (journal?.state === "hot") return true;
  // Beside an empty file the engine deletes a -wal, even where it may only read.
  if (main.size === 0) return (wal?.size ?? 0) > 0;
  return main.header?.readVersion === 2 && !isWritable(dirname(path));
}

/** In WAL mode even a reader must be able to make a -shm beside the database. */
function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
