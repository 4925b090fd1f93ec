/** From here on a number is milliseconds; below it, seconds (1e11 s is the year 5138). */
const MILLISECONDS_FROM = 1e11;
/** Of a JavaScript date. */
const MS_MAX = 8_640_000_000_000_000;
const MINUTE_MS = 60_000;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Milliseconds since 1970 of a number that counts milliseconds or seconds; null for no such time. */
export function numberMs(value: number): number | null {
  const ms =
    Math.abs(value) >= MILLISECONDS_FROM ? Math.floor(value) : Math.floor(value * 1000 + 1e-4);
  return Number.isFinite(ms) && Math.abs(ms) <= MS_MAX ? ms : null;
}

/**
 * Milliseconds since 1970 of a time as RFC 3339 writes it; what is finer is cut. Null for anything
 * else, also for a day that does not exist. A leap second counts as the first one after it.
 */
export function rfc3339Ms(text: string): number | null {
  if (text.length < 20 || text.length > 40) return null;
  const year = digits(text, 0, 4);
  const month = digits(text, 5, 2);
  const day = digits(text, 8, 2);
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  const second = digits(text, 17, 2);
  if ((year | month | day | hour | minute | second) < 0 || !hasMarks(text)) return null;
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  if (hour > 23 || minute > 59 || second > 60) return null;
  const fraction = fractionEnd(text);
  const zone = fraction < 0 ? null : zoneMinutes(text, fraction);
  if (zone === null) return null;
  const millis = fraction > 20 ? digits(text.slice(20, fraction).padEnd(3, "0"), 0, 3) : 0;
  const days = daysSince1970(year, month, day);
  return ((days * 24 + hour) * 60 + minute - zone) * MINUTE_MS + second * 1000 + millis;
}

function hasMarks(text: string): boolean {
  return (
    text[4] === "-" &&
    text[7] === "-" &&
    (text[10] === "T" || text[10] === "t" || text[10] === " ") &&
    text[13] === ":" &&
    text[16] === ":"
  );
}

/** A number of some decimal digits; -1 when one of them is none. */
function digits(text: string, at: number, count: number): number {
  let value = 0;
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Where the zone begins; -1 for a point without a digit. */
function fractionEnd(text: string): number {
  if (text[19] !== ".") return 19;
  let at = 20;
  while (digits(text, at, 1) >= 0) at++;
  return at === 20 ? -1 : at;
}

function zoneMinutes(text: string, at: number): number | null {
  const sign = text[at];
  if (sign === "Z" || sign === "z") return text.length === at + 1 ? 0 : null;
  if ((sign !== "+" && sign !== "-") || text.length !== at + 6 || text[at + 3] !== ":") return null;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  return (sign === "-" ? -1 : 1) * (hours * 60 + minutes);
}

function daysIn(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0);
}

/** Howard Hinnant's days_from_civil: years begin in March, so that the leap day is the last one. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
