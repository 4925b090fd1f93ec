import {
  isExactObject,
  parseExact,
  type ExactJson,
  type ExactObject,
} from "../../../core/exact-json.ts";
import { fieldsDigests, isOneOf } from "../digest/digest.ts";
import type { EventLogOptions } from "../options.ts";
import { fieldAt } from "../read/envelope.ts";
import { VERDICT, type LineBlock } from "../read/line-block.ts";

/** What a line is called by: its id as bytes of its block, or as a text; or why it is no event. */
export type LineId =
  | { readonly from: number; readonly to: number }
  | { readonly id: string }
  | { readonly fault: LineTrouble };

/** Why a line cannot be kept as an event. `nameless` is well formed, and lacks an id only. */
export type LineTrouble = "unreadable" | "checksum" | "nameless";

/** What of the options tells a line's id, and whether it is whole. */
export type LineOptions = Pick<EventLogOptions, "envelope" | "checksum">;

/**
 * Tells the ids of lines. Where a checksum of its bytes has proven a line and the id stands among its
 * first members, nothing behind it is parsed.
 */
export class LineIds {
  readonly #id: (line: ExactObject) => ExactJson | undefined;
  readonly #sum: LineOptions["checksum"];
  readonly #early: RegExp | null;

  constructor({ envelope, checksum }: LineOptions) {
    this.#id = fieldAt(envelope.id);
    this.#sum = checksum;
    const isProven = checksum?.over === "head";
    this.#early = isProven && !envelope.id.includes(".") ? earlyMember(envelope.id) : null;
  }

  /** The id of a block's line. `text` is the block in latin1. */
  of(block: LineBlock, line: number, text: string): LineId {
    const [start, end] = [line === 0 ? 0 : (block.ends[line - 1] ?? 0) + 1, block.ends[line] ?? 0];
    const verdict = block.verdicts[line];
    if (verdict === VERDICT.unsealed || verdict === VERDICT.altered) return { fault: "checksum" };
    if (verdict !== VERDICT.whole) return { fault: "unreadable" };
    if (this.#early !== null) {
      this.#early.lastIndex = start;
      const found = this.#early.exec(text);
      const to = start + (found?.[0].length ?? 0) - 1;
      if (found !== null && to < end) return { from: to - (found[1]?.length ?? 0), to };
    }
    return this.ofBytes(Buffer.from(block.buffer, start, end - start));
  }

  /** The id of a line's bytes, which are UTF-8, by parsing all of it. */
  ofBytes(bytes: Buffer): { readonly id: string } | { readonly fault: LineTrouble } {
    let parsed: ExactJson;
    try {
      parsed = parseExact(bytes.toString());
    } catch {
      return { fault: "unreadable" };
    }
    if (!isExactObject(parsed)) return { fault: "unreadable" };
    if (this.#sum !== undefined && this.#sum.over !== "head") {
      const { field, algorithm, over } = this.#sum;
      const digests = fieldsDigests(algorithm, parsed, over);
      if (!isOneOf(digests, parsed[field])) return { fault: "checksum" };
    }
    const id = this.#id(parsed);
    if (typeof id === "string" && id !== "") return { id };
    const isNumber = typeof id === "bigint" || (typeof id === "number" && Number.isSafeInteger(id));
    return isNumber ? { id: String(id) } : { fault: "nameless" };
  }
}

/** Members of plain values, then this one, a text without escapes. */
function earlyMember(name: string): RegExp {
  const text = String.raw`"[^"\\\x00-\x1f]*"`;
  const literal = JSON.stringify(name).replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
  const before = String.raw`(?:${text}:(?:${text}|-?[0-9][-+.0-9eE]*|true|false|null),)*?`;
  return new RegExp(String.raw`\{${before}${literal}:"([^"\\\x00-\x1f]+)"`, "y");
}
