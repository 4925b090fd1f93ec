/** Endings of compressed files; what a file is, its first bytes tell. */
const COMPRESSED = /\.(?:gz|zst|zstd)$/i;
/** `app.log.3`: the higher the number, the older. Numbers with zeros before them count upwards. */
const ROTATED = /^(?<base>.+)\.(?<number>0|[1-9]\d{0,4})$/;
/** `app.log-20260101`, `app.log.2026-01-01T10`, `wal.000017`. */
const STAMPED = /^(?<base>.+?)[-._](?<stamp>\d[-\dTZ:_.]*)$/;
/** `app-2026-01-01.log`, `events_0007.jsonl`. */
const STAMPED_INSIDE =
  /^(?<before>.+?)[-._](?<stamp>\d[-\dTZ:_.]*?)(?<after>\.[A-Za-z][A-Za-z0-9]*)$/;

interface Place {
  readonly folders: readonly string[];
  readonly base: string;
  /** By how many rotations it is the newest of its base: 0 for the newest. */
  readonly rotations: number;
  /** What counts upwards with time; null for the newest of its base. */
  readonly stamp: string | null;
}

/** Puts the files of a log in the order in which they were written: oldest first. */
export function inWritingOrder(paths: readonly string[]): readonly string[] {
  return paths
    .map((path) => ({ path, place: segmentPlace(path) }))
    .toSorted((a, b) => comparePlaces(a.place, b.place) || compareNatural(a.path, b.path))
    .map(({ path }) => path);
}

/** The name of a segment's file without what compressing adds to it. */
export function plainName(path: string): string {
  return path.replace(COMPRESSED, "");
}

/** Which log a file belongs to, as far as its name tells. */
export interface LogName {
  /** Relative, with "/"; of a rotated file that of the one which is written. */
  readonly base: string;
  /** What names all files of the log, were they many. */
  readonly pattern: string;
}

/** Takes from a file's name what rotating it has added. */
export function logName(path: string): LogName {
  const { folders, base, rotations, stamp } = segmentPlace(path);
  const name = [...folders, base].join("/");
  const inside = /^(.+?)(\.[A-Za-z][A-Za-z0-9]*)$/.exec(base);
  const isInside = stamp !== null && inside !== null && !plainName(path).endsWith(stamp);
  if (!isInside || rotations > 0) return { base: name, pattern: `${name}*` };
  return { base: name, pattern: [...folders, `${inside[1]}*${inside[2]}*`].join("/") };
}

function segmentPlace(path: string): Place {
  const steps = plainName(path).split("/");
  const name = steps.at(-1) ?? "";
  const folders = steps.slice(0, -1);
  const rotated = ROTATED.exec(name)?.groups;
  if (rotated !== undefined) {
    const { base = "", number } = rotated;
    return { folders, base, rotations: Number(number) + 1, stamp: null };
  }
  const stamped = STAMPED.exec(name)?.groups;
  if (stamped !== undefined)
    return { folders, base: stamped["base"] ?? "", rotations: 0, stamp: stamped["stamp"] ?? "" };
  const { before, stamp, after } = STAMPED_INSIDE.exec(name)?.groups ?? {};
  if (stamp !== undefined) return { folders, base: `${before}${after}`, rotations: 0, stamp };
  return { folders, base: name, rotations: 0, stamp: null };
}

function comparePlaces(a: Place, b: Place): number {
  return (
    compareLists(a.folders, b.folders) ||
    compareNatural(a.base, b.base) ||
    b.rotations - a.rotations ||
    compareStamps(a.stamp, b.stamp)
  );
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const [left, right] = [a[index], b[index]];
    if (left === undefined || right === undefined)
      return left === right ? 0 : left === undefined ? 1 : -1;
    const order = compareNatural(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

/** Without a stamp it is the one that is being written. */
function compareStamps(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return compareNatural(a, b);
}

/** Runs of digits count as numbers. */
function compareNatural(a: string, b: string): number {
  const left = a.match(/\d+|\D+/g) ?? [];
  const right = b.match(/\d+|\D+/g) ?? [];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = comparePieces(left[index] ?? "", right[index] ?? "");
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function comparePieces(a: string, b: string): number {
  if (/^\d/.test(a) && /^\d/.test(b)) {
    const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
    if (left.length !== right.length) return left.length - right.length;
    if (left !== right) return left < right ? -1 : 1;
    return 0;
  }
  return a === b ? 0 : a < b ? -1 : 1;
}
