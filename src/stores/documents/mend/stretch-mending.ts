import type { RecordForm } from "../json/records.ts";
import { canonicalLossless, parseLossless } from "../json/lossless.ts";
import { isSpace } from "../json/space.ts";
import { decideDocument } from "./decide.ts";
import { lost, lostHole, partOf, restored, vanished } from "./fates.ts";
import type { MendQuestion } from "./mend-document.ts";
import { HiddenRecords } from "./hidden-records.ts";
import {
  isBlank,
  isCertain,
  isHole,
  isSound,
  isUnknown,
  mayHide,
  STRAY_MAX,
  textOf,
  type Problem,
} from "./problem.ts";
import type { RecordVersion } from "./record-versions.ts";
import type { RangeFile } from "./read-range.ts";
import type { Stretch } from "./stretches.ts";
import type { DocumentFate, SourceFolder } from "./types.ts";
import type { WrittenPiece } from "./write-stretch.ts";

/** Bytes that are looked at for what a file ends in. */
const GAP_SHOWN = 64;

/** A file of records as it lies there. */
export interface LiveRecords {
  readonly file: RangeFile;
  readonly form: RecordForm;
}

/** What a copy has for a stretch. */
export interface Offer {
  readonly byId: (id: string) => RecordVersion | undefined;
  readonly between: readonly RecordVersion[] | null;
}

/** What becomes of a stretch. */
export interface Finished {
  readonly pieces: readonly WrittenPiece[];
  readonly documents: readonly DocumentFate[];
  readonly endsLine: boolean;
}

/** Records that stood between the same neighbours, and were swallowed by the damage. */
interface Between {
  readonly found: readonly RecordVersion[];
  readonly source: SourceFolder;
  /** Where they come back; so many of them in front of what it was itself. */
  readonly host: Problem;
  readonly ahead: number;
}

/** One stretch of a file on its way to be sound again. */
export class StretchMending {
  readonly stretch: Stretch;
  readonly #question: MendQuestion;
  readonly #form: RecordForm;
  readonly #problems: readonly Problem[];
  readonly #endsInComma: boolean;
  readonly #file: RangeFile;
  #between: Between | null = null;
  /** Some copy has the file. */
  #isAsked = false;
  /** Stood there as well, and nothing tells whether the damage has taken them. */
  #gone: Pick<Between, "found" | "source"> | null = null;

  constructor(question: MendQuestion, stretch: Stretch, { file, form }: LiveRecords) {
    this.stretch = stretch;
    this.#question = question;
    this.#form = form;
    this.#file = file;
    const gap = file.read(Math.max(stretch.from, stretch.to - GAP_SHOWN), stretch.to);
    this.#endsInComma = gap.toString("latin1").trimEnd().endsWith(",");
    this.#problems = stretch.repairs.map((repair) => {
      const { bytes, key } = repair;
      const judged = bytes === null ? null : question.judge.document(bytes, { name: key });
      return { repair, judged, version: null };
    });
  }

  /** Something of it has no good version yet, and is not certain either. */
  get isWanted(): boolean {
    const isUnanswered = this.#unknown.length > 0 && this.#between === null && !this.#isEmpty;
    const isUnasked = !this.#isAsked && this.#problems.some(mayHide);
    return isUnanswered || isUnasked || this.wantedIds.length > 0;
  }

  /** A copy may have something for it, or tell what was there. */
  get asks(): boolean {
    return this.isWanted || (this.#gone === null && this.#problems.some(mayHide));
  }

  /** Lines that are blank, or no lines at all, and may have been so always. */
  get isUntouched(): boolean {
    const isNothing = this.#isEmpty || this.#problems.every(isBlank);
    return this.#problems.length > 0 && isNothing && (this.#between?.found.length ?? 0) === 0;
  }

  get #isEmpty(): boolean {
    return this.#form === "jsonl" && this.#file.size === 0;
  }

  /** Keys of records that cannot be mended for certain. */
  get wantedIds(): readonly string[] {
    return this.#problems.flatMap((problem) => {
      if (isCertain(problem) || isUnknown(problem)) return [];
      return problem.version?.found.isStrict === true ? [] : (problem.judged?.id ?? []);
    });
  }

  get #unknown(): readonly Problem[] {
    return this.#problems.filter(isUnknown);
  }

  /** Takes what a copy has, if nothing better was there before. */
  offer(source: SourceFolder, { byId, between }: Offer): void {
    this.#isAsked = true;
    for (const problem of this.#problems) {
      const id = problem.judged?.id ?? null;
      if (id === null || isCertain(problem) || problem.version?.found.isStrict === true) continue;
      const found = byId(id);
      if (found !== undefined && (problem.version === null || found.isStrict))
        problem.version = { found, source };
    }
    if (between !== null && this.#between === null) this.#takeHidden(source, between);
  }

  /** Damage may go over more records than the one whose key can still be read in it. */
  #takeHidden(source: SourceFolder, between: readonly RecordVersion[]): void {
    const host = this.#unknown[0] ?? this.#problems.find(mayHide);
    if (host === undefined) return;
    // What nobody can tell is answered as a whole, so that none of it is known already.
    const told = this.#problems.filter((problem) => !isUnknown(problem));
    const known = new Set(told.flatMap(namesOf));
    const others = between.filter(
      (version) => !namesOfVersion(version).some((each) => known.has(each)),
    );
    const hidden = new HiddenRecords(this.#problems, between);
    const found = hidden.plausible(others, (from, end) => this.#file.read(from, end));
    const gone = hidden.isAccountedFor ? [] : others.filter((each) => !found.includes(each));
    this.#gone ??= { found: gone, source };
    if (found.length === 0 && hidden.isContent) return;
    const own = between.findIndex(({ id }) => id !== null && id === host.judged?.id);
    const ahead = found.filter((each) => between.indexOf(each) < own).length;
    this.#between = { found, source, host, ahead };
    this.#gone = { found: gone, source };
  }

  finish(read: (from: number, to: number) => Uint8Array): Finished {
    const documents: DocumentFate[] = [];
    const pieces = this.#problems.map((problem): WrittenPiece => {
      const { from, end } = problem.repair;
      return { from, end, texts: this.#settle(problem, read, documents) };
    });
    documents.push(...this.#tellGone());
    const endsLine =
      this.#form === "jsonl" &&
      this.#problems.some(
        ({ repair }) => repair.kind !== "record" || repair.verdict !== "repaired",
      );
    return { pieces, documents, endsLine };
  }

  /** The texts that a piece becomes; what is to be told of it goes to `documents`. */
  #settle(
    problem: Problem,
    read: (from: number, to: number) => Uint8Array,
    documents: DocumentFate[],
  ): readonly Uint8Array[] {
    const isAnswered = isUnknown(problem) && this.#between !== null;
    const own = isAnswered ? [] : this.#settleOwn(problem, read, documents);
    if (this.#between?.host !== problem) return own;
    const { ahead } = this.#between;
    const others = this.#settleHidden(this.#between, documents);
    return [...others.slice(0, ahead), ...own, ...others.slice(ahead)];
  }

  /** Without the others that the damage has swallowed. */
  #settleOwn(
    problem: Problem,
    read: (from: number, to: number) => Uint8Array,
    documents: DocumentFate[],
  ): readonly Uint8Array[] {
    const { repair, judged, version } = problem;
    if (this.#isOnlyStructure(problem)) return [];
    const action = decideDocument({
      repair: repair.verdict,
      isWhole: judged?.isWhole === true,
      breaches: judged?.breaches ?? 0,
      hasVersion: version !== null,
      isSound: isSound(problem),
      isRemovable: this.#question.mayTakeOut,
    });
    const tell = (verdict: Pick<DocumentFate, "verdict"> & Partial<DocumentFate>): void =>
      void documents.push({ ...this.#told(problem), ...verdict });
    switch (action) {
      case "repair":
        tell({ verdict: "repaired" });
        return [textOf(repair, read)];
      case "restore":
        tell(restored(repair, goodOf(version), read(repair.at, repair.end)));
        return version === null ? [] : [version.found.text];
      case "keep-part":
        tell(partOf(repair));
        return [textOf(repair, read)];
      case "take-out":
        tell(isHole(problem) ? this.#lostIn(problem) : lost(repair));
        return [];
      case "leave":
        tell(isSound(problem) ? { verdict: "left", loss: null } : lost(repair));
        return [read(repair.from, repair.end)];
      default:
        return action satisfies never;
    }
  }

  /** What stood in all unknown places of a stretch comes back in the first one of them. */
  #settleHidden(
    { found, source, host }: Between,
    documents: DocumentFate[],
  ): readonly Uint8Array[] {
    const told = this.#told(host);
    for (const { id, bytes, name } of found) {
      const judged = id === null ? null : this.#question.judge.document(bytes, { name });
      const fate = restored({ bytes: null }, { bytes, source }, NOTHING);
      documents.push({ ...told, key: judged?.key ?? told.key, ...fate });
    }
    return found.map(({ text }) => text);
  }

  /** What a copy has at this place, is not there any more, and does not come back. */
  #tellGone(): readonly DocumentFate[] {
    const [problem] = this.#problems;
    if (this.#gone === null || problem === undefined) return [];
    const { found, source } = this.#gone;
    return found.map(({ id, bytes, name }) => {
      const judged = id === null ? null : this.#question.judge.document(bytes, { name });
      const told = this.#told(problem);
      return { ...told, key: judged?.key ?? told.key, ...vanished(source) };
    });
  }

  /** A separator or the last bracket was hit, and no record. */
  #isOnlyStructure({ repair }: Problem): boolean {
    const { kind, from, end, line } = repair;
    if (kind === "stray") {
      // Blocks that were never written, where the file ends on the line of a record.
      const isEnd = this.stretch.behind === null && this.stretch.before?.line === line;
      return end - from <= STRAY_MAX || (isEnd && isZeros(this.#file.read(from, end)));
    }
    const isAlone = this.#problems.length === 1;
    return kind === "cut" && !(isAlone && this.#endsInComma);
  }

  /** How many records it were, only the size of those around it tells. */
  #lostIn({ repair: { from, end, line } }: Problem): ReturnType<typeof lostHole> {
    const around = [this.stretch.before, this.stretch.behind].flatMap((each) => each ?? []);
    const size = around.reduce((sum, each) => sum + each.end - each.from, 0) / around.length;
    return lostHole({ from, end, line, records: Math.round((end - from) / size) });
  }

  #told({ repair, judged }: Problem): DocumentFate {
    const { file, judge } = this.#question;
    const place = { _path: file.name, ...(repair.index !== null && { _index: repair.index }) };
    const key = judged?.isWhole === true && judged.key !== null ? judged.key : place;
    const { reasons, dropped } = repair;
    const { name: collection } = judge.spec;
    return { collection, path: file.name, key, verdict: "left", reasons, dropped, loss: null };
  }
}

const NOTHING = new Uint8Array(0);

/** What tells a record from all others of its file: its key, its name in it, or else its bytes. */
function namesOf({ repair, judged }: Problem): readonly string[] {
  const { key: name, bytes } = repair;
  return [...keysOf(judged?.id ?? null, name), ...(bytes === null ? [] : [contentOf(bytes)])];
}

function namesOfVersion({ id, name, bytes }: RecordVersion): readonly string[] {
  const keys = keysOf(id, name);
  return keys.length > 0 ? keys : [contentOf(bytes)];
}

function keysOf(id: string | null, name: string | null): readonly string[] {
  return [...(id === null ? [] : [`key ${id}`]), ...(name === null ? [] : [`name ${name}`])];
}

function contentOf(bytes: Uint8Array): string {
  const value = parseLossless(bytes);
  return value === undefined ? "" : `content ${canonicalLossless(value)}`;
}

function isZeros(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0 || isSpace(byte));
}

/** A version as it is told of. */
function goodOf(version: Problem["version"]): Parameters<typeof restored>[1] {
  return version && { bytes: version.found.bytes, source: version.source };
}
