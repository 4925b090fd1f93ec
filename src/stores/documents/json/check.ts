import { isUtf8 } from "node:buffer";

import { encodingOf } from "./encoding.ts";
import { JSON_FAULTS, type JsonFault, type JsonFaultCode } from "./faults.ts";
import { OpenKeys } from "./keys.ts";
import { numberFault, SAFE_LENGTH } from "./number.ts";
import { JsonPath } from "./path.ts";
import { placeOf, textAround, textOf, viewOf } from "./place.ts";
import { JsonReader } from "./reader.ts";
import { firstNonUtf8 } from "./utf8.ts";

/** How far a check goes. */
export interface JsonCheckOptions {
  /** Levels from which on a document counts as too deep. */
  readonly depthMax: number;
  /** Faults told with their place; the rest is counted. */
  readonly faultsMax: number;
}

/** What a check of one document has shown. */
export interface JsonCheck {
  /** JSON by RFC 8259; then JSON.parse takes it. */
  readonly valid: boolean;
  /** In the order of the file but for those of the encoding, which are first. */
  readonly faults: readonly JsonFault[];
  /** Faults beyond `faultsMax`. */
  readonly more: number;
}

/** Python reads 1,000 levels, serde and Go fewer or 10,000; no document that is meant has 500. */
const DEFAULTS: JsonCheckOptions = { depthMax: 500, faultsMax: 100 };

const SOUND: JsonCheck = { valid: true, faults: [], more: 0 };

/**
 * Checks one document, strictly by RFC 8259, and for what the RFC allows and readers disagree on. It
 * stops at the first byte that makes it no JSON. Time is linear; memory is small but for what the
 * keys of large objects take.
 */
export function checkJson(bytes: Uint8Array, options: Partial<JsonCheckOptions> = {}): JsonCheck {
  const check = new DocumentCheck(bytes, { ...DEFAULTS, ...options });
  check.run();
  if (check.faults.length === 0) return SOUND;
  return { valid: check.valid, faults: check.faults, more: check.more };
}

/** One check, from the first byte to the last. */
class DocumentCheck {
  readonly faults: JsonFault[] = [];
  valid = true;
  more = 0;
  readonly #bytes: Uint8Array;
  readonly #options: JsonCheckOptions;
  readonly #path: JsonPath;
  readonly #keys: OpenKeys;

  constructor(bytes: Uint8Array, options: JsonCheckOptions) {
    this.#bytes = bytes;
    this.#options = options;
    this.#path = new JsonPath(bytes);
    this.#keys = new OpenKeys(bytes);
  }

  run(): void {
    const encoding = encodingOf(this.#bytes);
    if (encoding.name === "utf-32") return this.#add("utf-32", 0);
    if (encoding.name !== "utf-8") return this.#add("utf-16", 0);
    if (encoding.bom > 0) this.#add("bom", 0);
    if (!isUtf8(this.#bytes)) this.#add("not-utf8", firstNonUtf8(this.#bytes));
    const reader = new JsonReader(this.#bytes, encoding.bom);
    this.#read(reader);
    if (reader.fault !== null) this.#add(reader.fault, reader.faultAt);
    else if (!reader.isLast()) this.#lookBehind(reader.at);
  }

  #read(reader: JsonReader): void {
    for (;;) {
      switch (reader.next()) {
        case "key":
          this.#key(reader);
          break;
        case "string":
          this.#path.value();
          if (reader.hasEscape) this.#surrogates(reader);
          break;
        case "number":
          this.#path.value();
          this.#number(reader);
          break;
        case "literal":
          this.#path.value();
          break;
        case "open-object":
          this.#open(reader, true);
          this.#keys.open();
          break;
        case "open-array":
          this.#open(reader, false);
          break;
        case "close-object":
          this.#keys.close();
          this.#path.close();
          break;
        case "close-array":
          this.#path.close();
          break;
        case "end":
        case "fault":
          return;
      }
    }
  }

  #open(reader: JsonReader, isObject: boolean): void {
    this.#path.value();
    this.#path.open(isObject);
    if (reader.depth === this.#options.depthMax + 1) this.#add("too-deep", reader.start);
  }

  #key(reader: JsonReader): void {
    const { start, end, hasEscape } = reader;
    this.#path.key(start, end);
    if (hasEscape) this.#surrogates(reader);
    if (this.#keys.isRepeated(start, end, hasEscape)) this.#add("duplicate-key", start, end);
  }

  #number({ start, end, hasExponent }: JsonReader): void {
    if (end - start <= SAFE_LENGTH && !hasExponent) return;
    const fault = numberFault(viewOf(this.#bytes, start, end).toString("latin1"));
    if (fault !== null) this.#add(fault, start, end);
  }

  #surrogates({ start, end }: JsonReader): void {
    const raw = viewOf(this.#bytes, start, end).toString("latin1");
    if (!/\\u[dD]/.test(raw)) return;
    const text = JSON.parse(viewOf(this.#bytes, start, end).toString()) as string;
    if (!text.isWellFormed()) this.#add("lone-surrogate", start + loneSurrogate(raw), end);
  }

  /** What stands behind a complete document. */
  #lookBehind(at: number): void {
    const second = new JsonReader(this.#bytes, at);
    let event = second.next();
    const isContainer = event === "open-object" || event === "open-array";
    while (event !== "end" && event !== "fault") event = second.next();
    this.#add(event === "end" && isContainer ? "second-document" : "trailing-content", at);
  }

  #add(code: JsonFaultCode, at: number, end?: number): void {
    if (JSON_FAULTS[code].invalid) this.valid = false;
    if (this.faults.length >= this.#options.faultsMax) {
      this.more += 1;
      return;
    }
    this.faults.push({
      code,
      at,
      ...placeOf(this.#bytes, at),
      pointer: this.#path.pointer(),
      around: textAround(this.#bytes, at),
      token: end === undefined ? null : textOf(this.#bytes, at, Math.min(end, at + 80)),
    });
  }
}

/** Where in a string's raw text the first half of a pair is that has no other half. */
function loneSurrogate(raw: string): number {
  const escapes = /\\(?:u([0-9a-fA-F]{4})|.)/gs;
  let high: RegExpExecArray | null = null;
  for (const match of raw.matchAll(escapes)) {
    const unit = Number.parseInt(match[1] ?? "0", 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    const follows = high !== null && high.index + 6 === match.index;
    if (high !== null && !(isLow && follows)) return high.index;
    if (isLow && !follows) return match.index;
    high = unit >= 0xd800 && unit <= 0xdbff ? match : null;
  }
  return high?.index ?? 0;
}
