import type { JsonPiece, RecordLimits } from "./piece.ts";
import { Resync } from "./resync.ts";
import { skipSpace, trimmed } from "./space.ts";
import { readRecord, type RecordTrial } from "./trial.ts";
import type { ByteWindow } from "./window.ts";

const COMMA = 0x2c;

/** The pieces of one array or object of records; null where the window needs more. */
export function splitContainer(
  window: ByteWindow,
  form: "array" | "object",
  limits: RecordLimits,
): Generator<JsonPiece | null> {
  return new ContainerSplit(window, form === "object", limits).pieces();
}

class ContainerSplit {
  readonly #window: ByteWindow;
  readonly #opener: number;
  readonly #closer: number;
  readonly #recordMax: number;
  readonly #resync: Resync;
  #index = 0;

  constructor(window: ByteWindow, isObject: boolean, limits: RecordLimits) {
    this.#window = window;
    this.#opener = isObject ? 0x7b : 0x5b;
    this.#closer = isObject ? 0x7d : 0x5d;
    this.#recordMax = limits.recordMax;
    this.#resync = new Resync(window, this.#closer, limits);
  }

  *pieces(): Generator<JsonPiece | null> {
    yield* this.#begin();
    let isClosed = false;
    while (yield* this.#hasMore()) {
      if (isClosed) yield* this.#pass("stray", yield* this.#resync.find(this.#here));
      else if (this.#window.byteAt(this.#here) !== this.#closer) yield* this.#record();
      if (!(yield* this.#hasMore())) break;
      isClosed = this.#window.byteAt(this.#here) === this.#closer;
      if (isClosed) this.#advance(this.#here + 1);
    }
    if (!isClosed) yield this.#piece("cut", this.#window.endOffset, this.#window.endOffset, null);
  }

  /** Passes a byte order mark and the opening bracket; anything else there is stray. */
  *#begin(): Generator<JsonPiece | null> {
    while (this.#window.ahead < 3 && !this.#window.ended) yield null;
    const [a, b, c] = this.#window.bytes;
    if (a === 0xef && b === 0xbb && c === 0xbf) this.#window.advance(3);
    if (!(yield* this.#hasMore())) return;
    if (this.#window.byteAt(this.#here) === this.#opener) this.#advance(this.#here + 1);
    else yield* this.#pass("stray", yield* this.#resync.find(this.#here));
  }

  get #here(): number {
    return this.#window.offsetOf(this.#window.at);
  }

  #advance(offset: number): void {
    this.#window.advance(this.#window.indexOf(offset));
  }

  /** Skips white space; false at the end of the file. */
  *#hasMore(): Generator<null, boolean> {
    const window = this.#window;
    for (;;) {
      window.advance(skipSpace(window.bytes, window.at));
      if (window.ahead > 0) return true;
      if (window.ended) return false;
      yield null;
    }
  }

  *#record(): Generator<JsonPiece | null> {
    const trial = yield* this.#trial();
    if (trial.kind === "sound") {
      yield this.#sound(trial);
      this.#advance(trial.next === COMMA ? trial.nextAt + 1 : trial.nextAt);
    } else {
      this.#resync.learnHead(this.#here);
      if (trial.kind === "unseparated") yield* this.#unseparated(trial);
      else yield* this.#pass("damaged", yield* this.#resync.find(this.#here + 1));
    }
  }

  *#trial(): Generator<null, RecordTrial> {
    for (;;) {
      const trial = readRecord(this.#window, this.#here, this.#closer);
      if (trial.kind !== "more" || this.#window.ahead > this.#recordMax) return trial;
      yield null;
    }
  }

  /**
   * Where one byte stands in the place of a comma or bracket, that byte is the damage. Where more
   * does, the value ended too early: its last bracket is the damage.
   */
  *#unseparated(trial: RecordTrial): Generator<JsonPiece | null> {
    const found = yield* this.#resync.find(trial.nextAt);
    const rest = Math.min(found, this.#window.endOffset) - trial.nextAt;
    if (rest > 1 && !this.#isBlank(trial.nextAt + 1, found)) yield* this.#pass("damaged", found);
    else {
      yield this.#sound(trial);
      this.#advance(trial.nextAt);
      if (rest > 0) yield* this.#pass("stray", found);
    }
  }

  #isBlank(from: number, to: number): boolean {
    const { bytes } = this.#window;
    return skipSpace(bytes, this.#window.indexOf(from)) >= this.#window.indexOf(to);
  }

  #sound(trial: RecordTrial): JsonPiece {
    this.#resync.learn(trial);
    return this.#piece("record", trial.at, trial.end, trial);
  }

  /** Gives up everything before an offset, but for the separators at its end. */
  *#pass(kind: "damaged" | "stray", to: number): Generator<JsonPiece> {
    const { bytes } = this.#window;
    const [start, end] = trimmed(bytes, this.#window.at, this.#window.indexOf(to));
    const isSeparated = kind === "damaged" && bytes[end - 1] === COMMA;
    const [from, until] = trimmed(bytes, start, isSeparated ? end - 1 : end);
    const [at, endOf] = [this.#window.offsetOf(from), this.#window.offsetOf(until)];
    if (from < until) yield this.#piece(kind, at, endOf, null);
    this.#advance(to);
  }

  #piece(kind: JsonPiece["kind"], at: number, end: number, trial: RecordTrial | null): JsonPiece {
    const isCounted = kind === "record" || kind === "damaged";
    const { bytes, line } = this.#window;
    return {
      kind,
      index: isCounted ? this.#index++ : null,
      key: trial?.key ?? null,
      from: trial?.from ?? at,
      at,
      end,
      line,
      bytes: bytes.subarray(this.#window.indexOf(at), this.#window.indexOf(end)),
    };
  }
}
