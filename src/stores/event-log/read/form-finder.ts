import { parseObject } from "./parse-object.ts";
import { learnForm, type LineForm } from "./line-form.ts";

/** Forms that are told apart: each type of event may have some. */
const FORMS_MAX = 32;
/** A log whose lines all differ is not looked at any longer after so many of them. */
const LESSONS_MAX = 200;

const QUOTE = 1;
const FOREIGN = 2;
/** By byte of a text: it ends there; or the line must be parsed: control characters, \, not ASCII. */
const KINDS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte === 0x22 ? QUOTE : byte < 0x20 || byte === 0x5c || byte >= 0x7f ? FOREIGN : 0,
);

/** Tells which lines have a form that was seen before, and where their values stand. */
export class FormFinder {
  readonly #names: ReadonlySet<string>;
  readonly #forms: KnownForm[] = [];
  #fresh: LineForm[] = [];
  #lessons = 0;
  #last = 0;
  /** Where the wanted values of all lines begin and end, one line after the other. */
  #holes = new Uint32Array(1 << 14);
  #count = 0;

  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** The number of a line's form, from 1; 0 when it must be parsed. Its holes are noted. */
  find(bytes: Buffer, start: number, end: number): number {
    if (this.#tries(this.#last, bytes, start, end)) return this.#last + 1;
    for (let index = 0; index < this.#forms.length; index++) {
      if (index === this.#last || !this.#tries(index, bytes, start, end)) continue;
      this.#last = index;
      return index + 1;
    }
    if (this.#lessons < LESSONS_MAX && this.#forms.length < FORMS_MAX)
      this.#learn(bytes.subarray(start, end));
    return 0;
  }

  /** What was noted since the last time. */
  take(): { readonly holes: Uint32Array; readonly forms: readonly LineForm[] } {
    const taken = { holes: this.#holes.slice(0, this.#count), forms: this.#fresh };
    this.#count = 0;
    this.#fresh = [];
    return taken;
  }

  #tries(index: number, bytes: Buffer, start: number, end: number): boolean {
    const form = this.#forms[index];
    if (form === undefined) return false;
    if (this.#count + form.wanted > this.#holes.length) {
      const larger = new Uint32Array(2 * this.#holes.length);
      larger.set(this.#holes);
      this.#holes = larger;
    }
    if (!form.fits(bytes, start, end, this.#holes, this.#count)) return false;
    this.#count += form.wanted;
    return true;
  }

  #learn(line: Buffer): void {
    this.#lessons++;
    if (line.some((byte) => KINDS[byte] === FOREIGN)) return;
    const text = line.toString("latin1");
    const value = parseObject(text);
    const form = value === null ? null : learnForm(text, value, this.#names);
    if (form === null) return;
    this.#forms.push(new KnownForm(form));
    this.#fresh.push(form);
  }
}

/** A form, made ready for comparing bytes. */
class KnownForm {
  readonly #pieces: readonly Uint8Array[];
  readonly #isNumber: readonly boolean[];
  readonly #isWanted: readonly boolean[];
  /** Numbers that a line adds to the holes. */
  readonly wanted: number;

  constructor({ pieces, isNumber, isWanted, wanted }: LineForm) {
    this.#pieces = pieces.map((piece) => Uint8Array.from(Buffer.from(piece, "latin1")));
    this.#isNumber = isNumber;
    this.#isWanted = isWanted;
    this.wanted = wanted;
  }

  /** True when a line has it; `holes` are written from `place` on in any case. */
  fits(bytes: Buffer, start: number, end: number, holes: Uint32Array, place: number): boolean {
    const pieces = this.#pieces;
    const last = pieces.length - 1;
    let at = start;
    let note = place;
    for (let hole = 0; ; hole++) {
      const piece = pieces[hole] as Uint8Array;
      if (at + piece.length > end || !isAt(bytes, piece, at)) return false;
      at += piece.length;
      if (hole === last) return at === end;
      const to =
        this.#isNumber[hole] === true ? numberEnd(bytes, at, end) : textEnd(bytes, at, end);
      if (to < 0) return false;
      if (this.#isWanted[hole] === true) {
        holes[note++] = at;
        holes[note++] = to;
      }
      at = to;
    }
  }
}

function isAt(bytes: Buffer, piece: Uint8Array, at: number): boolean {
  for (let index = 0; index < piece.length; index++)
    if (bytes[at + index] !== piece[index]) return false;
  return true;
}

/** Where a text ends; -1 when the line must be parsed. */
function textEnd(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const kind = KINDS[bytes[at] as number];
    if (kind !== 0) return kind === QUOTE ? at : -1;
  }
  return -1;
}

/** Where a number ends: digits without zeros before them, as most are; -1 for others. */
function numberEnd(bytes: Buffer, from: number, end: number): number {
  let at = bytes[from] === 0x2d ? from + 1 : from;
  const first = at;
  while (at < end && (bytes[at] as number) >= 0x30 && (bytes[at] as number) <= 0x39) at++;
  if (at === first || (bytes[first] === 0x30 && at > first + 1)) return -1;
  const next = bytes[at];
  const goesOn = next === 0x2e || next === 0x65 || next === 0x45; // . e E
  return goesOn ? -1 : at;
}
