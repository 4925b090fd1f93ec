import { canonicalExact } from "../../../core/exact-json.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { Observation } from "../../../core/finding.ts";
import type { EventBatch, LogEvent } from "../../events.ts";
import { observe } from "./findings.ts";

interface First {
  readonly digest: string;
  readonly file: string;
  readonly line: number;
}

/** Compares events of the same id, on a second way through the log. */
export class RepeatComparison {
  readonly #ids: ReadonlySet<string>;
  readonly #take: (observation: Observation) => void;
  readonly #first = new Map<string, First>();

  constructor(ids: ReadonlySet<string>, take: (observation: Observation) => void) {
    this.#ids = ids;
    this.#take = take;
  }

  check({ events, offsets, lines, end: { file } }: EventBatch): void {
    for (let index = 0; index < events.length; index++) {
      const event = events[index] as LogEvent;
      if (!this.#ids.has(event.id)) continue;
      const digest = sha256Hex(Buffer.from(canonicalExact({ ...event })));
      const line = lines[index] ?? 0;
      const first = this.#first.get(event.id);
      if (first === undefined) this.#first.set(event.id, { digest, file, line });
      else this.#tell(event.id, first, { digest, file, line }, offsets[index] ?? 0);
    }
  }

  #tell(id: string, first: First, { digest, file, line }: First, byte: number): void {
    const isSame = digest === first.digest;
    const what = isSame ? "is the event of" : "has the id, and not the content, of";
    const description = `line ${line} of ${file} (id ${id}) ${what} line ${first.line} of ${first.file}`;
    const code = isSame ? "event-log.id.repeated" : "event-log.id.conflict";
    this.#take(observe(code, description, { file, line, byte }, id));
  }
}
