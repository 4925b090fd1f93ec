import type { Observation } from "../../../core/finding.ts";
import { releaseBuffer } from "../../../core/release.ts";
import type { EntrySink } from "../../../receipts/types.ts";
import { merged, type Aggregate } from "../derive/aggregate.ts";
import { unpackInto } from "./packed-input.ts";
import { survey, type SurveyRequest } from "./survey.ts";
import type { DerivingDocument, FileSurvey, PackedEntries, SurveyOutput } from "./types.ts";

/** Where entries and keys go, by collection. */
export interface GatherSinks {
  readonly entries?: readonly EntrySink[];
  readonly keys?: readonly EntrySink[];
}

/** What all files together have shown. */
export interface Gathered {
  /** Those that are not in order, by number. */
  readonly files: ReadonlyMap<number, FileSurvey>;
  /** Documents that were read, by collection. */
  readonly documents: readonly number[];
  /** Documents, or rests of files, that could not be, by collection. */
  readonly unreadable: readonly number[];
  readonly observations: readonly Observation[];
  /** Observations that were not kept. */
  readonly more: number;
  /** By collection, for each of its derivations. */
  readonly aggregates: readonly (readonly Aggregate[])[];
  readonly deriving: readonly DerivingDocument[];
  readonly unlisted: readonly (string | null)[];
}

/** Surveys all files, and puts together what is small; entries and keys go on to the sinks. */
export async function gather(
  request: SurveyRequest,
  sinks: GatherSinks,
  signal: AbortSignal,
): Promise<Gathered> {
  const total = new Total(request);
  for await (const output of survey(request, signal)) {
    total.add(output);
    hand(output.entries, sinks.entries ?? []);
    hand(output.keys, sinks.keys ?? []);
  }
  return total.result();
}

function hand(packed: readonly PackedEntries[], sinks: readonly EntrySink[]): void {
  for (const { collection, entries } of packed) {
    const sink = sinks[collection];
    if (sink !== undefined) unpackInto(sink, entries);
    releaseBuffer(entries.buffer); // the collector would come for it when hundreds of megabytes are due
  }
}

class Total {
  readonly #request: SurveyRequest;
  readonly #files = new Map<number, FileSurvey>();
  readonly #documents: number[];
  readonly #unreadable: number[];
  #observations: Observation[] = [];
  #more = 0;
  #aggregates: readonly (readonly Aggregate[])[] = [];
  readonly #deriving: DerivingDocument[] = [];
  readonly #unlisted: (string | null)[];

  constructor(request: SurveyRequest) {
    this.#request = request;
    this.#documents = request.specs.map(() => 0);
    this.#unreadable = request.specs.map(() => 0);
    this.#unlisted = request.specs.map(() => null);
  }

  add(output: SurveyOutput): void {
    for (const file of output.files) this.#addFile(file);
    addTo(this.#documents, output.documents);
    addTo(this.#unreadable, output.unreadable);
    this.#observations = this.#observations.concat(output.observations);
    this.#more += output.more;
    this.#addAggregates(output.aggregates);
    this.#deriving.push(...output.deriving);
    output.unlisted.forEach((reason, at) => (this.#unlisted[at] ??= reason));
  }

  result(): Gathered {
    return {
      files: this.#files,
      documents: this.#documents,
      unreadable: this.#unreadable,
      observations: this.#observations,
      more: this.#more,
      aggregates: this.#aggregates,
      deriving: this.#deriving,
      unlisted: this.#unlisted,
    };
  }

  /** A long file comes in several parts. */
  #addFile({ number, unreadable, trouble }: FileSurvey): void {
    const before = this.#files.get(number);
    this.#files.set(number, {
      number,
      unreadable: unreadable + (before?.unreadable ?? 0),
      trouble: before?.trouble ?? trouble,
    });
  }

  #addAggregates(given: SurveyOutput["aggregates"]): void {
    const before = this.#aggregates;
    this.#aggregates = this.#request.specs.map(({ derivations }, at) =>
      derivations.flatMap((derivation, which) => {
        const [a, b] = [before[at]?.[which], given[at]?.[which]];
        if (a === undefined || b === undefined) return a ?? b ?? [];
        return merged(a, b, derivation);
      }),
    );
  }
}

function addTo(sums: number[], counts: readonly number[]): void {
  for (const [at, count] of counts.entries()) sums[at] = (sums[at] ?? 0) + count;
}
