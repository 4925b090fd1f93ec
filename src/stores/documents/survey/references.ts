import { isJsonObject, type Json } from "../../../core/json.ts";
import { writeKey } from "../../../receipts/canonical.ts";
import type { Value } from "../../../receipts/types.ts";
import type { ExactJson } from "../values/exact.ts";
import { fieldOf, pointerOf, stepsTo } from "../values/field.ts";
import { keyValue } from "../values/key.ts";
import type { Batch } from "./batch.ts";
import { CANDIDATE, DEFINED, packSighting, REFERENCE, type Sighting } from "./sightings.ts";
import type { Span } from "./spans.ts";
import type { CollectionSpec, SurveyFile } from "./types.ts";

/** A document whose keys are read. */
export interface KeyedDocument {
  readonly value: ExactJson;
  /** Its canonical key; null when it has none. */
  readonly key: Uint8Array | null;
  readonly place: {
    readonly file: SurveyFile;
    readonly byte: number;
    readonly line: number;
    /** Null where the document is alone in its file or line. */
    readonly step: Span["step"];
  };
}

/** Documents of each collection whose fields are tried as references that nobody declared. */
const TRIED_MAX = 20;
const NO_KEY = new Uint8Array(0);

/** Reads the keys of documents, and what refers to keys. */
export class ReferenceReader {
  readonly #batch: Batch;
  /** Places of the collections that have keys. */
  readonly #keyed: readonly number[];
  readonly #tried: number[];

  constructor(collections: readonly CollectionSpec[], batch: Batch) {
    this.#batch = batch;
    this.#keyed = collections.flatMap(({ key }, at) => (key === undefined ? [] : [at]));
    this.#tried = collections.map(() => 0);
  }

  read(spec: CollectionSpec, document: KeyedDocument): void {
    const { value, key, place } = document;
    const { collection } = place.file;
    if (key !== null) this.#batch.key(collection, key, sight(DEFINED, document, 0, ""));
    const above = place.step === null ? "" : pointerOf(place.step);
    for (const [at, field] of fieldsOf(spec).entries()) {
      const target = spec.targets[at] ?? 0;
      eachValue(value, field, (found, pointer) => {
        const referred = writeKey([found]);
        this.#batch.key(target, referred, sight(REFERENCE, document, at, above + pointer));
      });
    }
    if ((this.#tried[collection] ?? 0) >= TRIED_MAX) return;
    this.#tried[collection] = (this.#tried[collection] ?? 0) + 1;
    this.#try(spec, document);
  }

  /** Offers the texts of every field that nobody has declared to each collection with keys. */
  #try(spec: CollectionSpec, document: KeyedDocument): void {
    const { value } = document;
    if (!isJsonObject(value as Json)) return;
    const fields = Object.keys(value as object).filter(
      (field) => field !== spec.key && !Object.hasOwn(spec.references, field),
    );
    for (const field of fields) {
      eachValue(value, fieldNamed(field), (found, pointer) => {
        if (found.type !== "text") return;
        const candidate = sight(CANDIDATE, document, 0, pointer);
        for (const target of this.#keyed) this.#batch.key(target, writeKey([found]), candidate);
      });
    }
  }
}

/** A field, and where it is in a document that has it by this very name. */
interface Field {
  readonly name: string;
  readonly pointer: string;
}

const fieldsOfSpecs = new WeakMap<CollectionSpec, readonly Field[]>();

/** The fields that refer; listed once, because every document asks. */
function fieldsOf(spec: CollectionSpec): readonly Field[] {
  const known = fieldsOfSpecs.get(spec);
  if (known !== undefined) return known;
  const fields = Object.keys(spec.references).map(fieldNamed);
  fieldsOfSpecs.set(spec, fields);
  return fields;
}

function fieldNamed(name: string): Field {
  return { name, pointer: pointerOf(name) };
}

function sight(
  role: Sighting["role"],
  { key, place: { file, byte, line } }: KeyedDocument,
  field: number,
  pointer: string,
): Uint8Array {
  const { collection, number } = file;
  const own = role === DEFINED ? NO_KEY : (key ?? NO_KEY);
  return packSighting({ role, collection, file: number, byte, line, field, pointer, key: own });
}

/** Hands on the keys that a field holds, one or a list of them, and where in the document they are. */
function eachValue(
  document: ExactJson,
  { name, pointer: plain }: Field,
  take: (found: Value, pointer: string) => void,
): void {
  const found = fieldOf(document as Json, name) as ExactJson | undefined;
  if (found === undefined || found === null) return;
  const isPlain = Object.hasOwn(document as object, name);
  const pointer = isPlain ? plain : pointerOf(...stepsTo(document as Json, name));
  if (!Array.isArray(found)) return takeKey(found, pointer, take);
  for (const [at, each] of (found as readonly ExactJson[]).entries())
    takeKey(each, `${pointer}/${at}`, take);
}

function takeKey(
  found: ExactJson,
  pointer: string,
  take: (found: Value, pointer: string) => void,
): void {
  const value = keyValue(found);
  if (value !== null) take(value, pointer);
}
