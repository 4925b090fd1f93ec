import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync, type BigIntStats } from "node:fs";

import { placeAt, type Path } from "./grow.ts";

/** What an entry is, seen without Salvor. */
export interface Fact {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly mode: number;
  readonly owner: string;
  /** Microseconds, rounded down. */
  readonly mtimeUs: bigint;
  /** Of a file its digest, of a link where it leads. */
  readonly content: string;
  readonly size: number;
  /** The first name of the same file in this tree; null for that one. */
  readonly first: Path | null;
  readonly inode: bigint;
  /** Bytes that it takes. */
  readonly taken: number;
}

/** A tree: what belongs to it, and what it leaves alone, with all below that. */
export interface Facts {
  readonly own: ReadonlyMap<Path, Fact>;
  readonly left: ReadonlyMap<Path, Fact>;
}

/** What trees leave alone where they exclude something; sockets and pipes always. */
export const EXCLUDE = ["*.tmp", "/cache/"];

/** Walks through a tree, names in the order of their bytes, each folder before what is in it. */
export function factsOf(root: string, excludes: boolean): Facts {
  const own = new Map<Path, Fact>();
  const left = new Map<Path, Fact>();
  const firsts = new Map<bigint, Path>();
  const visit = (path: Path, isLeft: boolean): void => {
    const stat = statAt(root, path);
    if (stat === null) return;
    const kind = kindOf(stat);
    const leaves = isLeft || kind === "other" || (excludes && isExcluded(path, kind));
    const first = leaves || kind !== "file" ? undefined : firsts.get(stat.ino);
    if (!leaves && kind === "file" && first === undefined) firsts.set(stat.ino, path);
    (leaves ? left : own).set(path, factOf(root, path, stat, first ?? null));
    if (kind !== "folder") return;
    const names = readdirSync(placeAt(root, path), { encoding: "buffer" });
    for (const name of names.toSorted(Buffer.compare)) {
      visit((path === "" ? "" : `${path}/`) + name.toString("latin1"), leaves);
    }
  };
  visit("", false);
  return { own, left };
}

function statAt(root: string, path: Path): BigIntStats | null {
  return lstatSync(placeAt(root, path), { bigint: true, throwIfNoEntry: false }) ?? null;
}

function kindOf(stat: BigIntStats): Fact["kind"] {
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  return stat.isSymbolicLink() ? "link" : "other";
}

function isExcluded(path: Path, kind: Fact["kind"]): boolean {
  if (path === "") return false;
  return path.endsWith(".tmp") || (path === "cache" && kind === "folder");
}

/** Of one pipe there are names in many trees. */
const SHARED = {
  kind: "other",
  mode: 0,
  owner: "",
  mtimeUs: 0n,
  content: "",
  size: 0,
  first: null,
  taken: 0,
} as const;

/** From here on, and as far before 1970, a file can be given whole seconds only. */
const FINE_US = 2n ** 32n * 1_000_000n;

/** As the format has it. */
function shownTime(ns: bigint): bigint {
  const us = floor(ns, 1000n);
  return us < -FINE_US || us >= FINE_US ? floor(us, 1_000_000n) * 1_000_000n : us;
}

function floor(value: bigint, by: bigint): bigint {
  return (value - (((value % by) + by) % by)) / by;
}

function factOf(root: string, path: Path, stat: BigIntStats, first: Path | null): Fact {
  const kind = kindOf(stat);
  if (kind === "other") return { ...SHARED, inode: stat.ino };
  const { mtimeNs } = stat;
  const place = placeAt(root, path);
  const content =
    kind === "file"
      ? createHash("sha256").update(readFileSync(place)).digest("hex")
      : kind === "link"
        ? readlinkSync(place, { encoding: "latin1" })
        : "";
  return {
    kind,
    mode: Number(stat.mode & 0o7777n),
    owner: `${stat.uid}:${stat.gid}`,
    mtimeUs: shownTime(mtimeNs),
    content,
    size: kind === "file" ? Number(stat.size) : 0,
    first,
    inode: stat.ino,
    taken: Number(stat.blocks) * 512,
  };
}

/** What two names must have in common to be the same, by what a receipt compares. */
export function rowOf(fact: Fact, owners: boolean): string {
  const { kind, mode, owner, mtimeUs, content, size, first } = fact;
  return JSON.stringify([
    kind,
    kind === "link" ? null : mode,
    owners ? owner : null,
    kind === "folder" ? null : String(mtimeUs),
    content,
    size,
    first,
  ]);
}

/** Everything that lies there, but for what the file system gives by itself. */
export function wholeOf({ kind, mode, owner, mtimeUs, content, size, first }: Fact): string {
  const bits = kind === "link" ? null : mode;
  return JSON.stringify([kind, bits, owner, String(mtimeUs), content, size, first]);
}

/** The paths at which two trees are not the same. */
export function differing(
  a: ReadonlyMap<Path, Fact>,
  b: ReadonlyMap<Path, Fact>,
  show: (fact: Fact) => string,
): readonly string[] {
  const paths = new Set([...a.keys(), ...b.keys()]);
  const shown = (fact: Fact | undefined): string => (fact === undefined ? "nothing" : show(fact));
  return [...paths].flatMap((path) => {
    const [one, other] = [shown(a.get(path)), shown(b.get(path))];
    return one === other ? [] : [`${JSON.stringify(path)}: ${one} became ${other}`];
  });
}
