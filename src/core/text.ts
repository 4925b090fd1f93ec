import type { Json } from "./json.ts";

/**
 * What a terminal would obey, what would turn the order of letters, and what is no text at all: C0,
 * DEL, C1, bidi controls, halves of surrogate pairs, non-characters.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- these are what we look for
  /[\u0000-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF\p{Cs}]/gu;

/** Text from data, made harmless wherever it is shown and still readable: `\x1b`, `\u202e`. */
export function safe(text: string): string {
  return text.replaceAll(UNSAFE, (unit) => {
    const code = unit.charCodeAt(0);
    return code <= 0xff
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** `2.4 MB`; decimal units, three digits at most. */
export function size(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? "B"}`;
}

/** `840 ms`, `12.3 s`, `4 min 10 s`, `3 h 20 min`, `12 d`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return pair(seconds, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 48 * 60) return pair(minutes, 60, "h", "min");
  return `${Math.floor(minutes / 1440)} d`;
}

function pair(value: number, base: number, big: string, small: string): string {
  const rest = value % base;
  return `${Math.floor(value / base)} ${big}${rest === 0 ? "" : ` ${rest} ${small}`}`;
}

/** `1,234,567`, whatever the locale. */
export function count(value: number): string {
  return value.toString().replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 row`, `2 rows`. */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** The first 12 digits of a hash; other ids whole. */
export function shortId(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 12) : safe(id);
}

/** `2026-11-21 04:02:12 UTC` from RFC 3339. */
export function moment(timestamp: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(timestamp);
  return match === null ? safe(timestamp) : `${match[1] ?? ""} ${match[2] ?? ""} UTC`;
}

/** `album_id=3, track=7`; anything that is not an object by column as JSON. */
export function keyText(key: Json): string {
  if (typeof key !== "object" || key === null || Array.isArray(key))
    return safe(JSON.stringify(key));
  const parts = Object.entries(key).map(([column, value]) => `${column}=${JSON.stringify(value)}`);
  return safe(parts.join(", "));
}
