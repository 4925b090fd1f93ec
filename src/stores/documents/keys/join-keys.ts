import type { Observation } from "../../../core/finding.ts";
import { SortingSink } from "../../../receipts/sorting-sink.ts";
import type { EntrySink, ReferenceSeal } from "../../../receipts/types.ts";
import type { CollectionSpec } from "../survey/types.ts";
import { KeyFindings, type KeyContext } from "./key-findings.ts";
import { KeyGroups } from "./key-groups.ts";

/** Bytes that the keys of one collection may take before they are sorted in files. */
const MEMORY_BYTES = 16 << 20;

/** What bringing keys and references together has shown. */
export interface JoinedKeys {
  /** Fields that look like references. */
  readonly candidates: readonly Observation[];
  /** Each declared reference, and how many documents break it. */
  readonly references: readonly ReferenceSeal[];
}

/** Brings the keys of all collections together with what refers to them. */
export class KeyJoin implements Disposable {
  /** By collection; gather hands the keys to them. */
  readonly sinks: readonly EntrySink[];
  readonly #specs: readonly CollectionSpec[];
  readonly #findings: readonly KeyFindings[];
  readonly #sorters: readonly SortingSink[];

  constructor(context: KeyContext, scratch: string) {
    this.#specs = context.specs;
    this.#findings = context.specs.map((spec) => new KeyFindings(context, spec));
    this.#sorters = this.#findings.map(
      (each) => new SortingSink(new KeyGroups(each), { scratch, memory: MEMORY_BYTES }),
    );
    this.sinks = this.#sorters;
  }

  /** Tells what there is to tell; observations go to the context. */
  finish(): JoinedKeys {
    for (const sorter of this.#sorters) sorter.finish();
    return {
      candidates: this.#findings.flatMap((each) => each.candidates()),
      references: this.#specs.flatMap((spec) => this.#references(spec)),
    };
  }

  [Symbol.dispose](): void {
    for (const sorter of this.#sorters) sorter[Symbol.dispose]();
  }

  #references({ name, references }: CollectionSpec): readonly ReferenceSeal[] {
    return Object.entries(references).map(([field, target]) => {
      const at = this.#specs.findIndex((each) => each.name === target);
      const from = `${name}.${field}`;
      return {
        from,
        to: `${target}.${this.#specs[at]?.key ?? ""}`,
        orphans: this.#findings[at]?.orphans.get(from) ?? 0,
      };
    });
  }
}
