import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";

import { mutated } from "../../support/json-documents.ts";
import type { Random } from "../../support/random.ts";
import type { Files } from "./grow.ts";

/** What befalls one file of a store; `files` is what the store held to begin with. */
type Harm = (place: (path: string) => string, path: string, given: Given) => void;

interface Given {
  readonly files: Files;
  readonly random: Random;
}

const bytesOf = ({ files }: Given, path: string): Buffer => files.get(path) ?? Buffer.alloc(0);

const HARMS: readonly Harm[] = [
  ...Array.from({ length: 8 }, (): Harm => damage),
  (place, path) => rmSync(place(path)),
  (place, path) => writeFileSync(place(path), ""),
  (place, path, given) => writeFileSync(place(path), Buffer.alloc(1 + given.random.below(300))),
  (place, path, given) => renameSync(place(path), place(itemPath(given, 20))),
  (place, path) => renameSync(place(path), place(`${path}.bak`)),
  swap,
  (place, path, given) => {
    const name = given.random.pick([`${path}.tmp`, `${path}~`, `items/.i-0.json.tmp1`]);
    writeFileSync(place(name), bytesOf(given, path).subarray(0, given.random.below(90)));
  },
  (place, path, given) => writeFileSync(place(itemPath(given, 9)), bytesOf(given, path)),
  conflict,
  (place, path, given) => {
    const other = given.random.pick([...given.files.keys()]);
    writeFileSync(place(path), Buffer.concat([bytesOf(given, path), bytesOf(given, other)]));
  },
  (place, path, given) => writeFileSync(place(path), bytesOf(given, path).toString().repeat(2)),
  newer,
  inItsPlace,
];

/** Damages a store in one to four places. */
export function hurtStore(root: string, files: Files, random: Random): void {
  const place = (path: string): string => `${root}/${path}`;
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    try {
      random.pick(HARMS)(place, random.pick([...files.keys()]), { files, random });
    } catch {
      // an earlier harm has put a folder there
    }
  }
}

function damage(place: (path: string) => string, path: string, given: Given): void {
  let bytes = bytesOf(given, path);
  for (let count = 1 + given.random.below(2); count > 0; count -= 1) {
    bytes = mutated(bytes, given.random);
  }
  writeFileSync(place(path), bytes);
}

function swap(place: (path: string) => string, path: string, given: Given): void {
  const other = given.random.pick([...given.files.keys()]);
  writeFileSync(place(path), bytesOf(given, other));
  writeFileSync(place(other), bytesOf(given, path));
}

function itemPath({ random }: Given, below: number): string {
  return `items/i-${random.below(below)}.json`;
}

/** As a merge leaves them that nobody has ended. */
function conflict(place: (path: string) => string, path: string, given: Given): void {
  const lines = bytesOf(given, path).toString().split("\n");
  const at = given.random.below(lines.length);
  const ours = lines[at] ?? "";
  const theirs = ours.replace(/[a-z]/, "z");
  const marked = ["<<<<<<< ours", ours, "=======", theirs, ">>>>>>> theirs"];
  writeFileSync(place(path), lines.toSpliced(at, 1, ...marked).join("\n"));
}

/** Somebody has changed a value, in good order. */
function newer(place: (path: string) => string, path: string, given: Given): void {
  writeFileSync(place(path), bytesOf(given, path).toString().replace("Müller", "Mueller"));
}

function inItsPlace(place: (path: string) => string, path: string, { random }: Given): void {
  rmSync(place(path));
  if (random.below(2) === 0) mkdirSync(place(path));
  else symlinkSync("../elsewhere.json", place(path));
}
