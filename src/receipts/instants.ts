const TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s?(Z|[+-]\d\d:\d\d)?)?$/i;

const DAY_S = 86_400;
const DAY_MS = 86_400_000;
/** The Julian day of 1970-01-01T00:00Z, in milliseconds. */
const JULIAN_EPOCH_MS = 210_866_760_000_000;
/** 9999-12-31T23:59:59.999Z as a Julian day, in milliseconds. */
const JULIAN_MAX_MS = 464_269_060_799_999;
/** 0000-01-01 and 10000-01-01, in seconds since 1970. */
const FIRST_S = daysOf(0, 1, 1) * DAY_S;
const END_S = daysOf(10_000, 1, 1) * DAY_S;

/** An instant in UTC: whole seconds since 1970, and microseconds of 0 to 999,999 after them. */
export interface Instant {
  readonly seconds: number;
  readonly micros: number;
}

/** The instant of an ISO text in the forms that SQLite knows, UTC without a zone; or why none. */
export function instantOfText(text: string): Instant | string {
  const found = TIME.exec(text);
  if (found === null) return "is not a date or time";
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = "", zone] = found;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return "has no such time";
  if (fraction.length > 6 && /[1-9]/.test(fraction.slice(6))) return "is finer than a microsecond";
  const shift = zoneMinutes(zone);
  if (shift === null) return "has no such zone";

  const days = daysOf(Number(year), Number(month), Number(day));
  // A day or month that does not exist comes out as another one.
  if (dateOf(days) !== text.slice(0, 10)) return "has no such day";
  return {
    seconds: days * DAY_S + (Number(hour) * 60 + Number(minute) - shift) * 60 + Number(second),
    micros: Number(fraction.slice(0, 6).padEnd(6, "0")),
  };
}

/** The instant of a Julian day, to the millisecond as SQLite counts it, when nothing is lost. */
export function instantOfJulianDay(day: number): Instant | string {
  const julian = Math.floor(day * DAY_MS + 0.5);
  if (!(julian >= 0 && julian <= JULIAN_MAX_MS)) return "is not a Julian day";
  if (julian / DAY_MS !== day) return "is finer than a millisecond";
  const millis = julian - JULIAN_EPOCH_MS;
  const seconds = Math.floor(millis / 1000);
  return { seconds, micros: (millis - seconds * 1000) * 1000 };
}

/** The instant of so many units since 1970. */
export function instantOfUnixTime(count: bigint, unitsInSecond: bigint): Instant {
  const rest = ((count % unitsInSecond) + unitsInSecond) % unitsInSecond;
  return {
    seconds: Number((count - rest) / unitsInSecond),
    micros: Number((rest * 1_000_000n) / unitsInSecond),
  };
}

/** A date and a time of day in UTC with six digits of a second; null outside the years 0 to 9999. */
export function formatInstant({ seconds, micros }: Instant): { date: string; time: string } | null {
  if (seconds < FIRST_S || seconds >= END_S) return null;
  const days = Math.floor(seconds / DAY_S);
  const second = seconds - days * DAY_S;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60];
  const time = clock.map((part) => String(part).padStart(2, "0")).join(":");
  return { date: dateOf(days), time: `${time}.${String(micros).padStart(6, "0")}Z` };
}

/** Days since 1970 in the Gregorian calendar (Howard Hinnant's days_from_civil). */
function daysOf(year: number, month: number, day: number): number {
  // Years begin in March, so that the leap day is the last.
  const marchYear = month > 2 ? year : year - 1;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** `YYYY-MM-DD` of days since 1970 (Howard Hinnant's civil_from_days). */
function dateOf(days: number): string {
  const era = Math.floor((days + 719_468) / 146_097);
  const dayOfEra = days + 719_468 - era * 146_097;
  const withoutLeapDays =
    dayOfEra -
    Math.floor(dayOfEra / 1460) +
    Math.floor(dayOfEra / 36_524) -
    Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor(withoutLeapDays / 365);
  const yearStart = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const monthFromMarch = Math.floor((5 * (dayOfEra - yearStart) + 2) / 153);
  const day = dayOfEra - yearStart - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${month < 10 ? "0" : ""}${month}-${day < 10 ? "0" : ""}${day}`;
}

function zoneMinutes(zone: string | undefined): number | null {
  if (zone === undefined || zone === "Z" || zone === "z") return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))];
  if (hours > 14 || minutes > 59) return null;
  return (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
