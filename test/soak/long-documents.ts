import {
  closeSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";

import { run, type Cost } from "../../bench/measure.ts";
import { temporaryFolder, type TemporaryFolder } from "../support/folder.ts";
import { cleanEnvironment, NODE, SALVOR } from "../support/salvor.ts";

// Files of documents that are larger than memory should be: each look at them, a backup, and one bad
// byte in the middle, with what the largest process took.

const FORMS = {
  lines: { file: "list.jsonl", begin: "", between: "\n", end: "\n" },
  array: { file: "list.json", begin: "[\n", between: ",\n", end: "\n]\n" },
  keyed: { file: "list.json", begin: "{\n", between: ",\n", end: "\n}\n" },
} as const;

type Form = keyof typeof FORMS;

const PORTION = 5_000;
const MEGABYTE = 1_000_000;
/** What the largest process may take, whatever the file's size. */
const MEMORY_MAX = 400 * MEGABYTE;
const LOOKS = ["audit", "integrity", "scan"] as const;

/**
 * Looks at files of so many bytes, sound and with one bad byte; how many looks there were.
 *
 * @param bytes of each file: twice as much is needed as temporary space.
 */
export async function soakLongDocuments(
  bytes: number,
  onFailure: (error: unknown) => void,
): Promise<number> {
  let tried = 0;
  for (const form of Object.keys(FORMS) as Form[]) {
    await using folder = await temporaryFolder();
    const count = generate(folder, form, bytes);
    const command = async (status: number, ...args: readonly string[]): Promise<Cost> => {
      tried += 1;
      const cost = await salvor(folder, status, args);
      const megabytes = Math.round(cost.largestBytes / MEGABYTE);
      process.stdout.write(
        `${form}, ${Math.round(bytes / MEGABYTE)} MB, ${count} documents, ${args.join(" ")}: ` +
          `${(cost.wallMs / 1000).toFixed(1)} s, largest process ${megabytes} MB\n`,
      );
      if (cost.largestBytes > MEMORY_MAX) onFailure(`${form}, ${args.join(" ")}: ${megabytes} MB`);
      return cost;
    };
    try {
      for (const kind of LOOKS) await command(0, kind, "--json");
      await command(0, "backup", "--json");
      const line = damage(folder, form);
      const { stdout } = await command(1, "audit", "--json");
      if (!stdout.includes(`line ${line}, column`)) {
        onFailure(`${form}: the fault is not found in line ${line}: ${stdout.slice(0, 2_000)}`);
      }
    } catch (error) {
      onFailure(error);
    }
  }
  return tried;
}

function salvor(folder: TemporaryFolder, status: number, args: readonly string[]): Promise<Cost> {
  const env = cleanEnvironment({ HOME: folder.path });
  const statuses = [status];
  return run({ program: NODE, args: [SALVOR, ...args], cwd: folder.path, env, statuses });
}

function generate(folder: TemporaryFolder, form: Form, bytes: number): number {
  const { file, begin, between, end } = FORMS[form];
  mkdirSync(folder.join("data"), { mode: 0o700 });
  writeFileSync(folder.join("salvor.yaml"), configuration(file), { mode: 0o600 });
  const list = openSync(folder.join("data", file), "wx", 0o600);
  let count = 0;
  writeSync(list, begin);
  for (let written = 0; written < bytes;) {
    const members = Array.from({ length: PORTION }, (_, at) => memberOf(form, count + at));
    const text = (count > 0 ? between : "") + members.join(between);
    written += writeSync(list, text);
    count += PORTION;
  }
  writeSync(list, end);
  closeSync(list);
  return count;
}

function memberOf(form: Form, at: number): string {
  const document = {
    ...(form === "keyed" ? {} : { id: idOf(at) }),
    title: `Audit “ledger” #${at}`,
    note: 'Quote "exactly" \\ once.\nSay what was lost, and keep the old copy.',
    value: { amount: `${at}.39`, currency: "EUR" },
    before: idOf(Math.max(0, at - 1)),
  };
  return (form === "keyed" ? `"${idOf(at)}":` : "") + JSON.stringify(document);
}

function idOf(at: number): string {
  return `D-${String(at).padStart(9, "0")}`;
}

function configuration(file: string): string {
  return `system: soak
state: .salvor
repository: { path: ./repository }
stores:
  list:
    driver: documents
    path: ./data
    collections: { list: { files: ${file}, key: id, references: { before: list } } }
`;
}

/** Makes the first colon in the middle of the file something else; tells its line. */
function damage(folder: TemporaryFolder, form: Form): number {
  const path = folder.join("data", FORMS[form].file);
  const file = openSync(path, "r+");
  const middle = Math.floor(statSync(path).size / 2);
  const { lines, place } = placeIn(path, middle);
  writeSync(file, "?", place);
  closeSync(file);
  return lines + 1;
}

/** The first `":` behind a byte, and the lines before it. */
function placeIn(path: string, behind: number): { readonly lines: number; readonly place: number } {
  const file = openSync(path, "r");
  const buffer = Buffer.alloc(MEGABYTE);
  let lines = 0;
  try {
    for (let at = 0; ; at += buffer.length) {
      const bytes = buffer.subarray(0, readSync(file, buffer, 0, buffer.length, at));
      if (bytes.length === 0) throw new Error(`${path} has no colon behind ${behind}`);
      const colon = bytes.indexOf('":', Math.max(0, behind - at));
      const found = at + bytes.length > behind && colon >= 0 ? colon : -1;
      for (const byte of found < 0 ? bytes : bytes.subarray(0, found))
        if (byte === 0x0a) lines += 1;
      if (found >= 0) return { lines, place: at + found + 1 };
    }
  } finally {
    closeSync(file);
  }
}
