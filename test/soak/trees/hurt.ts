import {
  appendFileSync,
  chmodSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  type Stats,
} from "node:fs";

import { removeBelow } from "../../../src/stores/files/remove-tree.ts";
import { flipBit } from "../../support/json-documents.ts";
import type { Random } from "../../support/random.ts";
import type { Fact, Facts } from "./facts.ts";
import {
  dressEntry,
  growEntry,
  join,
  placeAt,
  randomContent,
  randomName,
  setTime,
} from "./grow.ts";
import type { Ground, Path } from "./grow.ts";

/** What befalls one entry; what cannot be done to it throws, and is passed over. */
type Harm = (ground: Ground, path: Path, fact: Fact) => void;

const FILE_HARMS: readonly Harm[] = [
  (ground, path) => keepingTime(ground, path, (bytes) => flipBit(bytes, ground.random)),
  (ground, path) => keepingTime(ground, path, ({ length }) => ground.random.bytes(length)),
  ({ root, random }, path, { size }) => truncateSync(placeAt(root, path), random.below(size + 1)),
  ({ root, random }, path) => appendFileSync(placeAt(root, path), random.bytes(5)),
  ({ root, random }, path) => writeFileSync(placeAt(root, path), randomContent(random)),
  ({ root }, path) => alone(root, path),
  ({ root, random }, path) => linkSync(placeAt(root, path), placeAt(root, sibling(path, random))),
];

const ANY_HARMS: readonly Harm[] = [
  ({ root }, path) => removeBelow(root, path),
  ({ root, random }, path) => renameSync(placeAt(root, path), placeAt(root, sibling(path, random))),
  (ground, path) => inItsPlace(ground, path, (place) => mkdirSync(place)),
  (ground, path) => inItsPlace(ground, path, (place) => symlinkSync("../outside", place)),
  (ground, path) =>
    inItsPlace(ground, path, (place) => symlinkSync(`${ground.root}/../outside`, place)),
  (ground, path) => inItsPlace(ground, path, (place) => linkSync(ground.specials.pipe, place)),
  (ground, path) =>
    inItsPlace(ground, path, (place) => writeFileSync(place, randomContent(ground.random))),
  (ground, path) => dressEntry(ground, path),
  ({ root, random }, path) =>
    lutimesSync(placeAt(root, path), random.below(2 ** 31), random.below(2 ** 31)),
];

const FOLDER_HARMS: readonly Harm[] = [
  (ground, path) => void growEntry(ground, path, []),
  (ground, path) => void growEntry(ground, path, []),
  ({ root, random }, path) => chmodSync(placeAt(root, path), random.below(0o10000)),
  ({ root, random }, path) => setTime(placeAt(root, path), random.below(2 ** 31)),
];

/** Damages a live tree in some places. */
export function hurtTree(ground: Ground, { own, left }: Facts): void {
  const { random } = ground;
  const paths = [...own.keys(), ...left.keys()];
  for (let count = random.below(6); count > 0; count -= 1) {
    const path = random.pick(paths);
    const fact = own.get(path) ?? left.get(path);
    if (fact === undefined || kindAt(ground.root, path) !== fact.kind) continue;
    try {
      random.pick(harmsOf(fact, path))(ground, path, fact);
    } catch {
      // an earlier harm has taken it away, or a name is taken
    }
  }
}

/** What an earlier harm has made a pipe of would be waited for. */
function kindAt(root: string, path: Path): Fact["kind"] | null {
  const stat = lookAt(root, path);
  if (stat === null) return null;
  if (stat.isFile()) return "file";
  if (stat.isDirectory()) return "folder";
  return stat.isSymbolicLink() ? "link" : "other";
}

function lookAt(root: string, path: Path): Stats | null {
  try {
    return lstatSync(placeAt(root, path));
  } catch {
    return null; // an earlier harm has made a file of its folder
  }
}

function harmsOf({ kind }: Fact, path: Path): readonly Harm[] {
  if (path === "") return FOLDER_HARMS;
  if (kind === "file") return [...FILE_HARMS, ...ANY_HARMS];
  return kind === "folder" ? [...FOLDER_HARMS, ...ANY_HARMS] : ANY_HARMS;
}

/** Puts something else where the tree itself was, or nothing. */
export function hurtRoot({ root, random }: Ground): void {
  renameSync(root, `${root}.away`);
  const kind = random.below(3);
  if (kind === 0) symlinkSync("outside", root);
  if (kind === 1) writeFileSync(root, "a file");
}

/** As bits rot: nothing but the content tells. */
function keepingTime({ root }: Ground, path: Path, change: (bytes: Buffer) => Uint8Array): void {
  const place = placeAt(root, path);
  const { atimeMs, mtimeMs } = statSync(place);
  writeFileSync(place, change(readFileSync(place)));
  utimesSync(place, String(atimeMs / 1000), String(mtimeMs / 1000));
}

/** The same content, in a file of its own. */
function alone(root: string, path: Path): void {
  const place = placeAt(root, path);
  const bytes = readFileSync(place);
  removeBelow(root, path);
  writeFileSync(place, bytes);
}

function inItsPlace({ root }: Ground, path: Path, make: (place: Buffer) => void): void {
  removeBelow(root, path);
  make(placeAt(root, path));
}

function sibling(path: Path, random: Random): Path {
  return join(path.slice(0, Math.max(0, path.lastIndexOf("/"))), randomName(random));
}
