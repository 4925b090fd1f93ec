const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s?(Z|[+-]\d\d:\d\d)?)?$/i;

const DAY_MS = 86_400_000;
/** The Julian day of 1970-01-01T00:00Z, in milliseconds. */
const JULIAN_EPOCH_MS = 210_866_760_000_000;
/** 9999-12-31T23:59:59.999Z as a Julian day, in milliseconds. */
const JULIAN_MAX_MS = 464_269_060_799_999;

/** Microseconds since 1970 in UTC, or why a text or number has no exact instant. */
export type Instant = bigint | string;

/** The instant of an ISO text in the forms that SQLite knows; without a zone it is UTC. */
export function instantOfText(text: string): Instant {
  const found = TIME.exec(text);
  if (found === null) return "is not a date or time";
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = found;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return "has no such time";
  if (/[1-9]/.test(fraction.slice(6))) return "is finer than a microsecond";

  const midnight = new Date(0).setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // A day or month that does not exist comes out as another one.
  if (!new Date(midnight).toISOString().includes(`-${month}-${day}T`)) return "has no such day";
  const shift = zoneMinutes(zone);
  if (shift === null) return "has no such zone";
  const minutes = Number(hour) * 60 + Number(minute) - shift;
  const seconds = BigInt(midnight) / 1000n + BigInt(minutes * 60 + Number(second));
  return seconds * 1_000_000n + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
}

/** The instant of a Julian day, to the millisecond as SQLite counts it, when nothing is lost. */
export function instantOfJulianDay(day: number): Instant {
  const julian = Math.floor(day * DAY_MS + 0.5);
  if (!(julian >= 0 && julian <= JULIAN_MAX_MS)) return "is not a Julian day";
  if (julian / DAY_MS !== day) return "is finer than a millisecond";
  return BigInt(julian - JULIAN_EPOCH_MS) * 1000n;
}

/** RFC 3339 in UTC with six digits of a second, or why there is none. */
export function formatInstant(micros: bigint): { readonly text: string } | string {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((micros - fraction) / 1000n));
  if (Number.isNaN(date.getTime())) return "is outside the years 0 to 9999";
  const iso = date.toISOString();
  if (iso.length !== 24) return "is outside the years 0 to 9999";
  return { text: `${iso.slice(0, 19)}.${String(fraction).padStart(6, "0")}Z` };
}

function zoneMinutes(zone: string | undefined): number | null {
  if (zone === undefined || zone.toUpperCase() === "Z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
