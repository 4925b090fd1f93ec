import type { Observation } from "../../../core/finding.ts";
import { Aggregator, type Aggregate } from "../derive/aggregate.ts";
import { PackedOutput } from "./packed-output.ts";
import type {
  CollectionSpec,
  DerivingDocument,
  FileSurvey,
  PackedEntries,
  SurveyOutput,
} from "./types.ts";

/** Observations of one batch that are kept. */
const OBSERVATIONS_MAX = 10_000;

/** What the files of one batch have shown so far. */
export class Batch {
  readonly #files: FileSurvey[] = [];
  readonly #documents: number[];
  readonly #unreadable: number[];
  readonly deriving: DerivingDocument[] = [];
  readonly #observations: Observation[] = [];
  #more = 0;
  readonly #entries: readonly PackedOutput[];
  readonly #keys: readonly PackedOutput[];
  readonly #aggregators: readonly (readonly Aggregator[])[];
  readonly #unlisted: (string | null)[];

  constructor(collections: readonly CollectionSpec[]) {
    this.#documents = collections.map(() => 0);
    this.#unreadable = collections.map(() => 0);
    this.#entries = collections.map(() => new PackedOutput());
    this.#keys = collections.map(() => new PackedOutput());
    this.#aggregators = collections.map(({ derivations }) =>
      derivations.map((each) => new Aggregator(each)),
    );
    this.#unlisted = collections.map(() => null);
  }

  /** Counts what a file has, and keeps what is not in order in it. */
  file(collection: number, documents: number, found: FileSurvey): void {
    this.#documents[collection] = (this.#documents[collection] ?? 0) + documents;
    this.#unreadable[collection] = (this.#unreadable[collection] ?? 0) + found.unreadable;
    if (found.unreadable > 0 || found.trouble !== null) this.#files.push(found);
  }

  observe(observation: Observation): void {
    if (this.#observations.length < OBSERVATIONS_MAX) this.#observations.push(observation);
    else this.#more++;
  }

  /** Faults that nobody has listed. */
  countMore(count: number): void {
    this.#more += count;
  }

  entry(collection: number, key: Uint8Array, row: Uint8Array): void {
    this.#entries[collection]?.add(key, row);
  }

  key(collection: number, key: Uint8Array, sighting: Uint8Array): void {
    this.#keys[collection]?.add(key, sighting);
  }

  unlisted(collection: number, reason: string): void {
    this.#unlisted[collection] ??= reason;
  }

  aggregators(collection: number): readonly Aggregator[] {
    return this.#aggregators[collection] ?? [];
  }

  finish(): SurveyOutput {
    return {
      files: this.#files,
      documents: this.#documents,
      unreadable: this.#unreadable,
      observations: this.#observations,
      more: this.#more,
      entries: packed(this.#entries),
      keys: packed(this.#keys),
      aggregates: this.#aggregators.map((each): Aggregate[] => each.map((one) => one.result())),
      deriving: this.deriving,
      unlisted: this.#unlisted,
    };
  }
}

function packed(outputs: readonly PackedOutput[]): readonly PackedEntries[] {
  return outputs.flatMap((output, collection) => {
    const entries = output.finish();
    return entries === null ? [] : [{ collection, entries }];
  });
}
