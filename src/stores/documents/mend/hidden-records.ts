import { isBlank, isUnknown, mayHide, type Problem } from "./problem.ts";
import type { RecordVersion } from "./record-versions.ts";

/** Bytes that a record may be longer than what is left of it where nobody can read its key. */
const SLACK = 64;

/** What damage may have swallowed, by the bytes that there are and the copy's records there. */
export class HiddenRecords {
  readonly #hiding: readonly Problem[];
  readonly #between: readonly RecordVersion[];
  /** Bytes that those records do not account for whose keys can be read. */
  readonly #room: number;

  constructor(problems: readonly Problem[], between: readonly RecordVersion[]) {
    this.#hiding = problems.filter(mayHide);
    this.#between = between;
    this.#room = this.#hiding.reduce((sum, { repair: { from, end }, judged }) => {
      const own = between.find(({ id }) => id !== null && id === judged?.id);
      return sum + end - from - (own?.text.length ?? 0);
    }, 0);
  }

  /** All bytes are those of records that come back: nothing else was there. */
  get isAccountedFor(): boolean {
    return this.#room === 0 && !this.#hiding.some((each) => isUnknown(each) || isBlank(each));
  }

  /** Something was there that has to come from somewhere. */
  get isContent(): boolean {
    const records = this.#hiding.filter(({ repair: { kind } }) => kind === "record");
    return (
      this.#hiding.every((each) => !isUnknown(each)) ||
      records.some(isUnknown) ||
      (records.length > 0 && this.#room > 0 && !this.#isOpen)
    );
  }

  /**
   * The records of a copy between the same neighbours are what was here, if they are not much more
   * than there was room for, or not more than there are places; or else those that can still be told
   * apart in what lies there.
   */
  plausible(
    found: readonly RecordVersion[],
    read: (from: number, to: number) => Buffer,
  ): readonly RecordVersion[] {
    const places = this.#hiding.filter((each) => isUnknown(each) || isBlank(each)).length;
    const taken = found.reduce((sum, { text }) => sum + text.length, 0);
    const slack = this.#hiding.some(isUnknown) ? SLACK : 0;
    const isRoom = taken <= this.#room * 1.5 + slack;
    if (this.#isOpen || isRoom || found.length <= places) return found;
    const pieces = this.#hiding.map(({ repair: { from, end } }) => read(from, end));
    return standsIn(pieces, found, this.#between);
  }

  /** The file ends in it. */
  get #isOpen(): boolean {
    return this.#hiding.some(({ repair: { kind } }) => kind === "cut");
  }
}

/** More candidates than this are not told apart. */
const CANDIDATES_MAX = 200;

/**
 * Those of the candidates of which enough lies in damaged bytes to tell them from each other and
 * from the rest of `all`: their beginnings, as long as another record begins alike and a byte more.
 */
function standsIn(
  pieces: readonly Buffer[],
  candidates: readonly RecordVersion[],
  all: readonly RecordVersion[],
): readonly RecordVersion[] {
  if (all.length > CANDIDATES_MAX) return [];
  return candidates.filter((candidate) => {
    const { text } = candidate;
    const alike = all.map((other) => (other === candidate ? 0 : sharedLength(text, other.text)));
    const head = text.subarray(0, Math.max(...alike) + 1);
    return head.length < text.length && pieces.some((piece) => piece.includes(head));
  });
}

function sharedLength(a: Uint8Array, b: Uint8Array): number {
  const end = Math.min(a.length, b.length);
  let at = 0;
  while (at < end && a[at] === b[at]) at++;
  return at;
}
