import { isUtf8 } from "node:buffer";

import type { LogEvent } from "../../events.ts";
import { HeadChecksum } from "../digest/head-checksum.ts";
import type { EventLogOptions } from "../options.ts";
import { EventReading } from "./event-reading.ts";
import { judgeLine, type JudgeOptions, type LineFault } from "./judge-line.ts";
import { VERDICT } from "./line-block.ts";
import { parseObject } from "./parse-object.ts";
import type { SchemaCheck } from "./types.ts";

/** What is needed to judge a damaged line. */
export function judgeOptions(options: EventLogOptions): JudgeOptions {
  const { lineBytesMax, checksum = null, envelope } = options;
  return { lineBytesMax, checksum, id: envelope.id, sequence: envelope.sequence };
}

/** Checks a line by itself: what stands before it is not looked at. */
export class LineCheck {
  readonly #options: EventLogOptions;
  readonly #reading: EventReading;
  readonly #head: HeadChecksum | null;

  constructor(options: EventLogOptions, schemas: SchemaCheck | null) {
    this.#options = options;
    this.#reading = new EventReading(options, schemas, null);
    const { checksum } = options;
    const isOverHead = checksum?.over === "head";
    this.#head = isOverHead ? new HeadChecksum(checksum.field, checksum.algorithm) : null;
  }

  /** The event of a line without its line feed, or what is wrong with it. */
  event(bytes: Buffer, isEnded: boolean): LogEvent | LineFault {
    const verdict = this.#verdict(bytes);
    const line = verdict === VERDICT.whole ? parseObject(bytes.toString()) : null;
    if (line !== null) return this.#reading.event(line);
    return judgeLine({ bytes, verdict, isEnded }, judgeOptions(this.#options));
  }

  #verdict(bytes: Buffer): number {
    if (bytes.length > this.#options.lineBytesMax) return VERDICT.tooLong;
    if (!isUtf8(bytes)) return VERDICT.notUtf8;
    if (this.#head === null) return VERDICT.whole;
    const head = this.#head.headEnd(bytes, 0, bytes.length);
    if (head < 0) return VERDICT.unsealed;
    return this.#head.holds(bytes, 0, head, bytes.length) ? VERDICT.whole : VERDICT.altered;
  }
}
