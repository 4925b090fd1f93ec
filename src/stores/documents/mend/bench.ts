import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import type { Mended, MendSource } from "../../mended.ts";
import { COLLECTIONS, sampleStore, type Sample } from "../samples.ts";
import type { MendOrder } from "./plan-round.ts";

/** A line of a log, with a number that no double holds. */
export function logLine(id: number): string {
  return `{"id": ${id}, "text": "line ${id}", "big": 1234567890123456789${id}}\n`;
}

/** An array of records, one a line. */
export function list(...ids: readonly number[]): string {
  const items = ids.map((id) => `  {"id": ${id}, "text": "item ${id}", "n": 1.50}`);
  return `[\n${items.join(",\n")}\n]\n`;
}

const LOG = [1, 2, 3, 4, 5].map(logLine).join("");
const LIST = list(1, 2, 3, 4, 5);

/** Files that hold many records each, beside the contracts. */
const RECORDS: Readonly<Record<string, string>> = {
  "log.jsonl": LOG,
  "torn.jsonl": LOG,
  "zeros.jsonl": LOG,
  "list.json": LIST,
  "first.json": LIST,
  "comma.json": LIST,
  "cut.json": LIST,
  "keyed.json": `{\n${["a", "b", "c"].map((id) => `  "${id}": {"text": "member ${id}"}`).join(",\n")}\n}\n`,
};

/** Each is a collection of its own, under the name of its file. */
const LISTS = Object.keys(RECORDS).filter((path) => path !== "keyed.json");

/** The contracts and some files of records, damaged by a test, and a good copy of all. */
export interface MendBench extends AsyncDisposable {
  readonly sample: Sample;
  readonly quarantine: string;
  /** What a snapshot would give. */
  readonly copy: MendSource;
  read(path: string): Buffer;
  /** As the copy has it. */
  good(path: string): Buffer;
  write(path: string, bytes: string | Uint8Array): void;
  /** Changes a file's text by one replacement, which must be possible. */
  edit(path: string, from: string | RegExp, to: string): void;
  mend(
    sources: readonly MendSource[],
    dryRun?: boolean,
    more?: Partial<Pick<MendOrder, "forget" | "hidden" | "rules" | "takeOut">>,
  ): Promise<Mended>;
  /** Paths that are not as in the copy. */
  differing(): readonly string[];
}

/** Makes one in a folder of its own. */
export async function mendBench(files: Readonly<Record<string, string>> = {}): Promise<MendBench> {
  const collections = {
    ...COLLECTIONS,
    ...Object.fromEntries(LISTS.map((path) => [path, { files: path, key: "id" }])),
    keyed: { files: "keyed.json", form: "keyed" },
    notes: { files: "notes/*.json", key: "id" },
  };
  const sample = await sampleStore({ collections });
  const at = (path: string): string => join(sample.path, path);
  const write = (path: string, bytes: string | Uint8Array): void => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), bytes);
  };
  for (const [path, text] of Object.entries({ ...RECORDS, ...files })) write(path, text);
  write("notes/1.json", '{"id": 1, "name": "Müller", "text": "größer"}\n');
  const copy = join(sample.folder, "copy");
  cpSync(sample.path, copy, { recursive: true });
  const quarantine = join(sample.folder, "quarantine");
  const signal = AbortSignal.timeout(60_000);
  const good = (path: string): Buffer => readFileSync(join(copy, path));
  return {
    sample,
    quarantine,
    copy: { address: copy, name: "the copy", back: [] },
    read: (path) => readFileSync(at(path)),
    good,
    write,
    edit: (path, from, to) => {
      const text = readFileSync(at(path), "utf8");
      const edited = text.replace(from, to);
      if (edited === text) throw new Error(`${path} has no ${String(from)}`);
      write(path, edited);
    },
    mend: async (sources, dryRun = false, more = {}) => {
      const order = { kind: "mend-documents", quarantine, rules: [], forget: [] } as const;
      const asked = { ...order, takeOut: true, hidden: [], ...more, sources, dryRun };
      const { mended } = await sample.live.amend(asked, signal);
      if (mended === undefined) throw new Error("nothing tells what was mended");
      return mended;
    },
    differing: () =>
      [...new Set([...filesIn(copy), ...filesIn(sample.path)])]
        .filter(
          (path) =>
            !existsSync(at(path)) ||
            !existsSync(join(copy, path)) ||
            !good(path).equals(readFileSync(at(path))),
        )
        .toSorted(),
    [Symbol.asyncDispose]: () => sample[Symbol.asyncDispose](),
  };
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
}
