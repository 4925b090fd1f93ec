import { isUint8Array } from "node:util/types";

import { canonicalExact, type ExactJson } from "../../core/exact-json.ts";
import { NumberText } from "../../core/json-number.ts";
import type { ColumnType } from "../types.ts";
import { parseInstant, showInstant } from "./instant.ts";
import { Refusal, type SqlValue } from "./sql-value.ts";

/** Takes a value as JSON has it (bytes and big numbers too) into a column; null stays null. */
export type ToColumn = (value: unknown) => SqlValue;

/**
 * How each type of column takes values: exactly, or not at all.
 *
 * @throws {Refusal} with what was found, from each of them.
 */
export const TO_COLUMN: Readonly<Record<ColumnType, ToColumn>> = {
  text: (value) => (typeof value === "string" ? wellFormed(value) : text(value)),
  integer,
  real,
  blob,
  boolean,
  timestamp,
  json,
};

const INTEGER = /^-?(?:0|[1-9]\d{0,18})$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function text(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" && Number.isFinite(value)) return String(value);
  if (typeof value === "bigint") return value.toString();
  if (value instanceof NumberText) return value.text;
  throw unfit(value, "no text");
}

function integer(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" && Number.isSafeInteger(value)) return value + 0;
  const whole = typeof value === "string" && INTEGER.test(value) ? BigInt(value) : value;
  if (typeof whole === "bigint" && BigInt.asIntN(64, whole) === whole) return compact(whole);
  const isLarge = typeof value === "number" && Number.isInteger(value);
  throw unfit(
    value,
    isLarge ? "not exact: write it in digits, or as a text" : "no whole number of 64 bits",
  );
}

/** One spelling for one number, so that equal keys are equal. */
function compact(value: bigint): SqlValue {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function real(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (typeof value !== "bigint" && !(value instanceof NumberText)) throw unfit(value, "no number");
  const double = Number(typeof value === "bigint" ? value : value.text);
  const isVanished = double === 0 && value !== 0n;
  if (Number.isFinite(double) && !isVanished) return double;
  throw unfit(value, "no number that a double comes near");
}

function boolean(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (value === true || value === 1) return 1;
  if (value === false || value === 0) return 0;
  throw unfit(value, "neither true nor false");
}

function timestamp(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  const isText = typeof value === "string" && parseInstant(value) !== null;
  const shown = Number.isSafeInteger(value) ? showInstant(Number(value)) : null;
  if (isText || shown !== null) return isText ? value : shown;
  throw unfit(value, "no time: RFC 3339, or milliseconds since 1970");
}

function blob(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  // A copy: whoever gave them may change them; and those of another context are bytes too.
  if (isUint8Array(value)) return new Uint8Array(value);
  if (typeof value === "string" && BASE64.test(value)) {
    return new Uint8Array(Buffer.from(value, "base64"));
  }
  throw unfit(value, "no bytes in base64");
}

function json(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  return canonicalExact(plain(value, 0));
}

/** What JSON cannot say is refused; a member that is undefined is none. */
function plain(value: unknown, depth: number): ExactJson {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return plainNumber(value);
  if (typeof value === "bigint" || value instanceof NumberText) return value;
  if (typeof value !== "object" || isUint8Array(value)) throw unfit(value, "no JSON");
  if (depth === DEPTH_MAX) throw new Refusal(`it is nested deeper than ${DEPTH_MAX} levels`);
  if (Array.isArray(value)) return value.map((each) => plain(each, depth + 1));
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member, depth + 1)]));
}

/** A double from 2^53 on gets an exponent: digits alone say each of a whole number's. */
function plainNumber(value: number): number | NumberText {
  const isLarge = Math.abs(value) > Number.MAX_SAFE_INTEGER && Math.abs(value) < 1e21;
  return isLarge ? new NumberText(value.toExponential()) : value;
}

/** SQLite keeps UTF-8, in which half of a pair has no spelling. */
function wellFormed(value: string): string {
  if (value.isWellFormed()) return value;
  throw unfit(value, "no text: it holds half a surrogate pair");
}

/** Deeper ones are no data, and would end the stack. */
const DEPTH_MAX = 500;
const SHOWN_MAX = 40;

function unfit(value: unknown, what: string): Refusal {
  const shown = textOf(value);
  const short = shown.length > SHOWN_MAX ? `${shown.slice(0, SHOWN_MAX)}…` : shown;
  return new Refusal(`${short.toWellFormed()} is ${what}`);
}

function textOf(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof NumberText) return value.text;
  try {
    return JSON.stringify(value) ?? "undefined";
  } catch {
    return "it"; // holds what JSON cannot say
  }
}
