const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:[Zz]|[+-](\d\d):(\d\d))$/;

/** Milliseconds since 1970 of an RFC 3339 text; null when it is none, or no day of the calendar. */
export function parseInstant(text: string): number | null {
  const match = RFC_3339.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, zoneHour, zoneMinute] = match.map(Number);
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
  const isDay = date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
  const isTime = inside(hour, 23) && inside(minute, 59) && inside(second, 60);
  if (!isDay || !isTime || !inside(zoneHour, 23) || !inside(zoneMinute, 59)) return null;
  // A leap second has no number of its own.
  const ms = Date.parse(text.replace(" ", "T").replace(/:60(?=[.Zz+-])/, ":59"));
  return Number.isNaN(ms) ? null : ms;
}

/** Not given is inside. */
function inside(value: number | undefined, max: number): boolean {
  return value === undefined || Number.isNaN(value) || value <= max;
}

/** RFC 3339 in UTC, without the milliseconds where there are none. */
export function showInstant(ms: number): string | null {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? null : date.toISOString().replace(".000Z", "Z");
}
