import {
  chmodSync,
  closeSync,
  ftruncateSync,
  lchownSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";

import type { Random } from "../../support/random.ts";

/** Names that are no files, to link into trees: making such names costs a process each. */
export interface Specials {
  readonly pipe: string;
  readonly socket: string;
}

/** A tree that grows, in a folder beside which lies another one that links lead to. */
export interface Ground {
  readonly root: string;
  readonly random: Random;
  readonly specials: Specials;
}

/** A path below the root, one character for each byte; the root is "". */
export type Path = string;

/** What the operating system is given. */
export function placeAt(root: string, path: Path): Buffer {
  return Buffer.concat([Buffer.from(root), Buffer.from(path === "" ? "" : `/${path}`, "latin1")]);
}

const NAMES = [
  "a",
  "b",
  "conf",
  "app.conf",
  "data.json",
  ".env",
  "key.pem",
  "list.jsonl",
  "x.yaml",
  " ",
  "...",
  "-rf",
  "~",
  "a.part",
  "new\nline",
  "tab\ttab",
  'quote"\\',
  "%41",
  "$bytes",
  "__proto__",
  "constructor",
  "entries",
  "cache",
  "left.tmp",
  "[a-z]*?",
  "!back",
  "#hash",
  "grüße",
  "日本語",
  "\u202e",
  "a.salvor-draft",
] as const;

/** A name that a folder may have, as bytes. */
export function randomName(random: Random): Path {
  const kind = random.below(20);
  if (kind === 0) return "long-".padEnd(255, String(random.below(10)));
  if (kind === 1) return Buffer.from("ü".repeat(127)).toString("latin1");
  if (kind > 5) return Buffer.from(random.pick(NAMES)).toString("latin1");
  const bytes = random.bytes(1 + random.below(12)).toString("latin1");
  const name = bytes.replaceAll(/[\0/]/g, "_");
  return name === "." || name === ".." ? "._." : name;
}

const TEXTS = [
  "port = 8080\n",
  '{"a": 1}',
  '{"a": ',
  "A=1\nB='2\n",
  "-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n",
  "a: [1, 2\n",
  "\0".repeat(300),
] as const;

/** What a small file may hold. */
export function randomContent(random: Random): Buffer {
  const kind = random.below(40);
  if (kind === 0) return large(random);
  if (kind < 8) return Buffer.alloc(0);
  if (kind < 18) return Buffer.from(random.pick(TEXTS));
  return random.bytes(random.below(kind < 20 ? 9_000 : 60));
}

/** More than is copied at once. */
function large(random: Random): Buffer {
  return Buffer.alloc(300_000 + random.below(1_200_000), random.bytes(1 + random.below(50)));
}

const FIRST_ENTRIES = 14;
const DEEPEST = 12;

/** Builds a tree with entries of every kind; its paths, folders first known before what is in them. */
export function growTree(ground: Ground): void {
  const { root, random } = ground;
  mkdirSync(root);
  const paths: Path[] = [];
  const folders: Path[] = [""];
  for (let count = random.below(FIRST_ENTRIES); count > 0; count -= 1) {
    const path = growEntry(ground, random.pick(folders), paths, folders);
    if (path !== null) paths.push(path);
  }
  if (random.below(10) === 0) growDeep(ground, folders);
  for (const path of [...paths, ...folders].toReversed()) dressEntry(ground, path);
}

function growDeep({ root, random }: Ground, folders: Path[]): void {
  let path = random.pick(folders);
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    path = join(path, random.below(3) === 0 ? "d".repeat(200) : "d");
    try {
      mkdirSync(placeAt(root, path));
      folders.push(path);
    } catch {
      return; // the name is taken, or the path too long
    }
  }
}

/** One more entry in a folder; null where its name is taken. */
export function growEntry(
  { root, random, specials }: Ground,
  folder: Path,
  files: readonly Path[],
  folders: Path[] = [],
): Path | null {
  const path = join(folder, randomName(random));
  const place = placeAt(root, path);
  try {
    const kind = random.below(20);
    if (kind < 4) {
      mkdirSync(place);
      folders.push(path);
      return null;
    }
    if (kind < 8) symlinkSync(randomTarget(random, root), place);
    else if (kind < 11 && files.length > 0) linkSync(placeAt(root, random.pick(files)), place);
    else if (kind === 11) linkSync(specials.pipe, place);
    else if (kind === 12) linkSync(specials.socket, place);
    else if (kind === 13) growSparse(place, random);
    else if (kind === 14) linkSync(`${root}/../outside/linked`, place);
    else writeFileSync(place, randomContent(random), { flag: "wx" });
    return path;
  } catch {
    return null;
  }
}

function growSparse(place: Buffer, random: Random): void {
  const file = openSync(place, "wx");
  ftruncateSync(file, 4_096 * random.below(40) + random.below(3));
  if (random.below(2) === 0) writeSync(file, "here", 4_096 * random.below(30) + random.below(9));
  closeSync(file);
}

/** Where a link may lead: nowhere, out of the tree, to itself, to what is there. */
function randomTarget(random: Random, root: string): string {
  return random.pick([
    ".",
    "..",
    "a",
    "gone",
    "../outside",
    "../outside/precious",
    `${root}/../outside/precious`,
    "/etc/passwd",
    "/",
    "conf/../conf",
    "loop",
    "new\nline",
    "x".repeat(300),
    "../".repeat(40),
  ]);
}

const SECONDS = [
  0,
  -1.5,
  -2_208_988_800.25,
  1_700_000_000.123456,
  7_258_118_400.75,
  5_000_000_000.75,
  253_402_300_799,
  2 ** 40,
];

/** Gives an entry a mode, an owner and a time that it may not have had. */
export function dressEntry({ root, random }: Ground, path: Path): void {
  const place = placeAt(root, path);
  const seconds = String(random.pick(SECONDS));
  try {
    if (random.below(4) === 0) lchownSync(place, random.below(70_000), random.below(70_000));
    const isLink = lstatSync(place).isSymbolicLink(); // its mode would be that of what lies outside
    if (!isLink && random.below(2) === 0) chmodSync(place, random.below(0o10000));
    if (random.below(2) === 0) lutimesSync(place, seconds, seconds);
  } catch {
    // it is gone
  }
}

/** Touches an entry's time alone. */
export function setTime(place: Buffer, seconds: number): void {
  utimesSync(place, String(seconds), String(seconds));
}

/** A name in a folder. */
export function join(folder: Path, name: Path): Path {
  return folder === "" ? name : `${folder}/${name}`;
}
