import { readFileSync } from "node:fs";

import { diskError } from "../../../core/disk.ts";
import type { HostTask } from "../../host/messages.ts";
import { schemaReader } from "../rules/rules-of.ts";
import { globsOf } from "../survey/assign.ts";
import { isPlainPath } from "../survey/plain-path.ts";
import { bringLacking, bringMissing, type BringBack } from "./bring-back.ts";
import { withSplices, writeDraft } from "./drafts.ts";
import { Judge } from "./judge.ts";
import { mendFile } from "./mend-file.ts";
import { RangeFile } from "./read-range.ts";
import type {
  DocumentFate,
  FileChange,
  MendInput,
  MendOutput,
  MissingFile,
  SuspectFile,
} from "./types.ts";

/** Writes what files become, beside the store and not into it. */
export const task: HostTask<MendInput, MendOutput> = async (input, { progress }) => {
  const mending = new Mending(input, await judgesOf(input));
  for (const [at, suspect] of input.suspects.entries()) {
    progress(at, input.suspects.length);
    await mending.mend(suspect);
  }
  for (const missing of input.missing) await mending.bringMissing(missing);
  await mending.bringLacking();
  return mending.result();
};

async function judgesOf({ specs }: MendInput): Promise<readonly Judge[]> {
  const schemas = await schemaReader(specs);
  return specs.map((spec) => new Judge(spec, schemas));
}

/** One process's work: there is no signal, for it is stopped by its end. */
const { signal } = new AbortController();

class Mending {
  readonly #input: MendInput;
  readonly #judges: readonly Judge[];
  readonly #forgotten: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #changes: FileChange[] = [];
  readonly #left: DocumentFate[] = [];
  readonly #wanted = new Set<string>();

  constructor(input: MendInput, judges: readonly Judge[]) {
    this.#input = input;
    this.#judges = judges;
    this.#forgotten = new Map(
      Object.entries(input.forgotten).map(([name, path]) => [name, readKeys(path)]),
    );
  }

  async mend(suspect: SuspectFile): Promise<void> {
    const { sources, drafts, takeOut, isCopy } = this.#input;
    const judge = this.#judges[suspect.collection];
    if (judge === undefined) return;
    const { path, start, size, raw, name, sha256: before } = suspect;
    using file = new RangeFile(path, { start, size });
    const isNamed = globsOf(judge.spec).some((glob) => isPlainPath(glob, name));
    const isRemovable = takeOut && (isCopy || !isNamed);
    const may = { isRemovable, mayTakeOut: takeOut };
    const question = { file: suspect, judge, sources, ...may, ...this.#memory(judge) };
    const { splices, documents, isWanted } = await mendFile(question, file, signal);
    if (isWanted) this.#wanted.add(name);
    if (splices === "same" || (splices !== "gone" && splices.length === 0)) {
      this.#left.push(...documents);
      return;
    }
    const change = { raw, path: name, before, attributes: null, documents };
    if (splices === "gone") this.#changes.push({ ...change, after: null, size: 0 });
    else {
      const written = await writeDraft(drafts, name, withSplices(file, splices));
      const { sha256, size: becomes } = written;
      if (sha256 !== before) this.#changes.push({ ...change, after: sha256, size: becomes });
      else this.#left.push(...documents);
    }
  }

  async bringMissing(missing: MissingFile): Promise<void> {
    const given = this.#bringBack(missing.collection);
    if (given === null) return;
    const changes = await bringMissing(given, missing);
    this.#changes.push(...(changes ?? []));
    if (changes !== null) return;
    this.#wanted.add(missing.path);
    if (missing.isFolder) return; // a collection without documents: it may never have had any
    this.#left.push({
      collection: given.judge.spec.name,
      path: missing.path,
      key: { _path: missing.path },
      verdict: "lost",
      reasons: ["it is missing"],
      dropped: [],
      loss: "it is missing, and no snapshot has it",
    });
  }

  async bringLacking(): Promise<void> {
    const { suspects, lacking } = this.#input;
    for (const each of lacking) {
      const given = this.#bringBack(each.collection);
      const taken = new Set([...suspects, ...this.#changes].map(({ raw }) => raw));
      if (given === null) continue;
      this.#changes.push(...(await bringLacking(given, each, (raw) => taken.has(raw))));
    }
  }

  result(): MendOutput {
    return { changes: this.#changes, left: this.#left, wanted: [...this.#wanted] };
  }

  #bringBack(collection: number): BringBack | null {
    const judge = this.#judges[collection];
    return judge === undefined ? null : { ...this.#input, judge, ...this.#memory(judge) };
  }

  #memory({ spec: { name } }: Judge): { readonly isForgotten: (id: string) => boolean } {
    const keys = this.#forgotten.get(name);
    return { isForgotten: (id) => keys?.has(id) === true };
  }
}

function readKeys(path: string): ReadonlySet<string> {
  try {
    return new Set(readFileSync(path, "latin1").split("\n"));
  } catch (error) {
    throw diskError(path, error);
  }
}
