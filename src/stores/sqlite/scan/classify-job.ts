import type { JobAnswer } from "../../../core/pool.ts";
import { ScanControl } from "./control.ts";
import { factsIn } from "./facts.ts";
import { PageCheck } from "./page-check.ts";
import { PageReader } from "./page-reader.ts";
import type { PageSource } from "./page-source.ts";
import { SpillList } from "./spills.ts";

/** A range of pages, and where their facts go. */
export interface ClassifyInput {
  readonly source: PageSource;
  readonly facts: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** Bytes that are read at a time. */
const BLOCK_BYTES = 512 * 1024;

/** Looks at each page of a range by itself, in the order of the file; answers the spilled cells. */
export function job(input: ClassifyInput): JobAnswer<Uint32Array> {
  const { source, from, to } = input;
  const control = new ScanControl(input.control);
  const facts = factsIn(input.facts, source.pageCount);
  const spills = new SpillList();
  const check = new PageCheck(source, facts, {
    // Each sound one has an overflow page of its own: more than there are pages is damage anyway.
    spill: (...spill) => {
      if (control.takeOne(source.pageCount)) spills.add(...spill);
    },
  });
  using reader = new PageReader(source);
  const portion = Math.max(1, Math.floor(BLOCK_BYTES / source.pageSize));
  const block = reader.buffer(portion);
  for (let page = from; page <= to && !control.isStopped; page += portion) {
    const count = Math.min(portion, to - page + 1);
    reader.read(page, count, block);
    for (let at = 0; at < count; at++) check.check(block, at * source.pageSize, page + at);
  }
  const output = spills.finish();
  return { output, transfer: [output.buffer] };
}
