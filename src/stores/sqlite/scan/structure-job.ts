import type { Observation } from "../../../core/finding.ts";
import type { JobAnswer } from "../../../core/pool.ts";
import type { PageRun } from "../../facts.ts";
import { ScanControl } from "./control.ts";
import { factsIn } from "./facts.ts";
import { PageReader } from "./page-reader.ts";
import type { PageSource } from "./page-source.ts";
import { reportDamage } from "./report.ts";
import { findStructure } from "./structure.ts";
import type { Tree } from "./trees.ts";

/** The facts of all pages. */
export interface StructureInput {
  readonly source: PageSource;
  readonly facts: SharedArrayBuffer;
  readonly spills: readonly Uint32Array[];
  readonly control: SharedArrayBuffer;
}

/** What our own walker says of a database. */
export interface Walked {
  readonly observations: readonly Observation[];
  readonly pageCount: number;
  readonly pages: Readonly<Record<string, number>>;
  readonly pageMap: readonly PageRun[];
  readonly trees: readonly Tree[];
  /** For `Claims`: who owns each page. */
  readonly claims: SharedArrayBuffer;
}

/** Finds out how the pages hang together, and words what is wrong. */
export function job(input: StructureInput): JobAnswer<Walked> {
  const control = new ScanControl(input.control);
  const facts = factsIn(input.facts, input.source.pageCount);
  using reader = new PageReader(input.source);
  const structure = findStructure(reader, facts, input.spills, control);
  const observations = control.isStopped ? [] : reportDamage(reader, facts, structure);
  const { pages, pageMap } = structure.survey;
  const { trees, claims } = structure;
  const { pageCount } = input.source;
  return {
    output: { observations, pageCount, pages, pageMap, trees, claims: claims.memory },
    transfer: [],
  };
}
