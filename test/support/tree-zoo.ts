import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** A name that is not UTF-8: Latin-1 for "Grüße". */
export const ODD_NAME = Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]);

/** Builds a tree with every kind of entry that a tree keeps; it is sound in every look. */
export function buildTreeZoo(root: string): void {
  mkdirSync(join(root, "conf.d", "empty"), { recursive: true });
  mkdirSync(join(root, "conf"));
  writeFileSync(join(root, "app.conf"), "port = 8080\n");
  writeFileSync(join(root, "conf", "b"), "in a folder");
  writeFileSync(join(root, "conf.d", "10 a name\twith blanks"), "x");
  writeFileSync(join(root, "conf.d", "%41 is no A"), "percent");
  writeFileSync(join(root, "nothing"), "");
  writeFileSync(join(root, "grüße.txt"), "UTF-8");
  writeFileSync(Buffer.concat([Buffer.from(`${root}/`), ODD_NAME]), "Latin-1");
  writeFileSync(join(root, "large.bin"), largeBytes());
  writeFileSync(join(root, "secret"), "key", { mode: 0o600 });
  chmodSync(join(root, "secret"), 0o600);
  writeFileSync(join(root, "run.sh"), "#!/bin/sh\n");
  chmodSync(join(root, "run.sh"), 0o4755);
  writeFileSync(join(root, "first"), "one file with three names");
  linkSync(join(root, "first"), join(root, "conf", "second"));
  linkSync(join(root, "first"), join(root, "third"));
  symlinkSync("app.conf", join(root, "current"));
  symlinkSync("../conf.d", join(root, "conf", "folder-link"));
  makeSparse(join(root, "sparse.img"));
  utimesSync(join(root, "app.conf"), 1_700_000_000.123_456, 1_700_000_000.123_456);
  utimesSync(join(root, "nothing"), 15_000_000_000, 15_000_000_000); // in 2445: no 64 bits of nanoseconds
  utimesSync(join(root, "conf", "b"), "-1.5", "-1.5"); // Node takes a negative number for "now"
  lutimesSync(join(root, "current"), 1_600_000_000, 1_600_000_000);
  chmodSync(join(root, "conf.d"), 0o2750);
  utimesSync(join(root, "conf.d"), 1_500_000_000, 1_500_000_000);
}

/** More than is copied at once, and nothing that compresses. */
function largeBytes(): Buffer {
  const bytes = Buffer.alloc(3_000_000);
  let state = 1;
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    bytes.writeInt32LE(state, at);
  }
  return bytes;
}

function makeSparse(path: string): void {
  const file = openSync(path, "w");
  ftruncateSync(file, 8 << 20);
  writeSync(file, "in the middle", 4 << 20);
  closeSync(file);
}

/** Everything that a tree has, seen without Salvor: a line for each name, in order. */
export function treeFacts(root: string): readonly string[] {
  const lines: string[] = [];
  const inodes = new Map<bigint, string>();
  const visit = (path: Buffer, shown: string): void => {
    const stat = lstatSync(path, { bigint: true });
    const first = inodes.get(stat.ino) ?? shown;
    inodes.set(stat.ino, first);
    const time = (stat.mtimeNs - (((stat.mtimeNs % 1000n) + 1000n) % 1000n)) / 1000n; // rounded down
    const owner = `${stat.uid}:${stat.gid}`;
    const facts = `${shown} ${(stat.mode & 0o177777n).toString(8)} ${owner} ${time}`;
    if (stat.isSymbolicLink()) {
      lines.push(`${facts} -> ${readlinkSync(path, { encoding: "latin1" })}`);
    } else if (stat.isDirectory()) {
      lines.push(facts);
      const names = readdirSync(path, { encoding: "buffer" }).toSorted(Buffer.compare);
      for (const name of names)
        visit(Buffer.concat([path, Buffer.from("/"), name]), `${shown}/${name.toString("latin1")}`);
    } else {
      const content = readFileSync(path).toString("base64");
      lines.push(`${facts} ${stat.size} ${content} = ${first}`);
    }
  };
  visit(Buffer.from(root), "");
  return lines;
}
