import { messageOf } from "../../../core/errors.ts";
import { isExactObject, parseExact, type ExactObject } from "../../../core/exact-json.ts";
import type { EventFault } from "../../events.ts";
import { HeadChecksum } from "../digest/head-checksum.ts";
import { hexDigest } from "../digest/digest.ts";
import type { ChecksumOptions } from "../options.ts";
import { VERDICT } from "./line-block.ts";

/** Where one event may end and another one begin: a damaged line feed is one byte, or two. */
const JOINT = /\}[^{}]{0,2}\{/g;
/** Places that are tried: each costs parsing what stands before it. */
const TRIALS_MAX = 50;

/** Why a line is no event. */
export interface LineFault {
  readonly fault: EventFault;
  readonly reason: string;
}

/** A line that is damaged, as far as it can be looked at. */
export interface DamagedLine {
  readonly bytes: Buffer;
  readonly verdict: number;
  /** It has its line feed. */
  readonly isEnded: boolean;
}

/** What lines must be like. */
export interface JudgeOptions {
  readonly lineBytesMax: number;
  readonly checksum: ChecksumOptions | null;
  readonly id: string;
  readonly sequence: string;
}

/** Names what is wrong with a line, from what is certain to what is likely. */
export function judgeLine(line: DamagedLine, options: JudgeOptions): LineFault {
  const { bytes, verdict, isEnded } = line;
  const { lineBytesMax, checksum } = options;
  if (verdict === VERDICT.tooLong)
    return unreadable(`the line is longer than lineBytesMax (${lineBytesMax} bytes)`);
  const zeros = bytes.indexOf(0);
  if (zeros >= 0) return unreadable(zerosIn(bytes, zeros));
  if (verdict === VERDICT.notUtf8) return unreadable("the line is not UTF-8");
  const parsed = tryParse(bytes);
  if (typeof parsed === "string") {
    if (!isEnded) return { fault: "torn", reason: "the last line ends before its event does" };
    const joined = joinAt(bytes);
    if (joined > 0)
      return unreadable(`two events stand in one line, the second from byte ${joined}`);
    return unreadable(parsed);
  }
  return checksumFault(line, checksum);
}

function unreadable(reason: string): LineFault {
  return { fault: "unreadable", reason };
}

function zerosIn(bytes: Buffer, first: number): string {
  let count = 0;
  for (const byte of bytes) if (byte === 0) count++;
  return `${count} of its ${bytes.length} bytes are zero, the first at byte ${first}`;
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The object, or why there is none. */
function tryParse(bytes: Buffer): ExactObject | string {
  try {
    const value = parseExact(bytes.toString());
    return isExactObject(value) ? value : "the line is JSON, and no object";
  } catch (error) {
    // Nobody sees it in a message; to JSON it is no white space.
    if (BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte))
      return "the line begins with a byte order mark (EF BB BF), which is no JSON";
    const why = messageOf(error).replaceAll(/\s+/g, " ").slice(0, 120);
    return `the line is not JSON: ${why}`;
  }
}

/** Where a second object begins, after a first one that is whole; 0 when there is none. */
function joinAt(bytes: Buffer): number {
  const text = bytes.toString("latin1");
  let trials = 0;
  for (const { index, 0: joint } of text.matchAll(JOINT)) {
    if (trials++ === TRIALS_MAX) return 0;
    const isWhole = typeof tryParse(bytes.subarray(0, index + 1)) !== "string";
    if (isWhole) return index + joint.length - 1;
  }
  return 0;
}

function checksumFault(
  { bytes, verdict }: DamagedLine,
  checksum: ChecksumOptions | null,
): LineFault {
  const { field, algorithm, over } = checksum ?? {
    field: "checksum",
    algorithm: "crc32",
    over: [],
  };
  if (verdict === VERDICT.unsealed || over !== "head")
    return { fault: "checksum", reason: `the line does not end with its ${field}` };
  const seal = new HeadChecksum(field, algorithm);
  const actual = hexDigest(algorithm, bytes.subarray(0, seal.headEnd(bytes, 0, bytes.length)));
  return { fault: "checksum", reason: `${field} is not the ${algorithm} of the line, ${actual}` };
}

/** What can still be read of a damaged line: its member of this name, if it is a text or a number. */
export function memberText(bytes: Buffer, path: string): string | null {
  const value = memberPattern(path).exec(bytes.toString())?.[1];
  if (value === undefined || !value.startsWith('"')) return value ?? null;
  try {
    return JSON.parse(value) as string;
  } catch {
    return null;
  }
}

/** Events that may have stood where a damaged line is: a line feed may be what was damaged. */
export function eventsIn(bytes: Buffer, { id }: JudgeOptions): number {
  return Math.max(1, [...bytes.toString().matchAll(memberPattern(id))].length);
}

function memberPattern(path: string): RegExp {
  const name = JSON.stringify(path.slice(path.lastIndexOf(".") + 1));
  const escaped = name.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return new RegExp(`${escaped}\\s*:\\s*("(?:[^"\\\\]|\\\\.)*"|-?\\d+)`, "g");
}
