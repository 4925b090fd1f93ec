import type { Json } from "../../../core/json.ts";
import { writeKey } from "../../../receipts/canonical.ts";
import { looksDecodedTwice, mayHoldMojibake, runsOf } from "../repair/double-decoding.ts";
import { rulesOf, type SchemaReader } from "../rules/rules-of.ts";
import type { DocumentRule } from "../rules/types.ts";
import { ownKey, showDocumentKey } from "../survey/document-key.ts";
import { exactOf } from "../survey/exact-document.ts";
import { readJsonFile } from "../survey/read-file.ts";
import { formOf } from "../survey/spans.ts";
import type { CollectionSpec } from "../survey/types.ts";

/** What a text is as a document of its collection. */
export interface Judged {
  /** Canonical key in hex digits; null where it has none. */
  readonly id: string | null;
  /** The same as JSON shows it. */
  readonly key: Json | null;
  /** It has the key that documents of its collection have, if they have one. */
  readonly isWhole: boolean;
  /** Every reader reads the same in it, and nothing in it looks wrong. */
  readonly isClean: boolean;
  readonly breaches: number;
}

const ONE_DOCUMENT = { form: "document" } as const;

/** Holds documents of one collection against what is said of them. */
export class Judge {
  readonly spec: CollectionSpec;
  readonly #rules: readonly DocumentRule[];

  constructor(spec: CollectionSpec, schemas: SchemaReader | null) {
    this.spec = spec;
    this.#rules = rulesOf(spec, schemas);
  }

  /**
   * Null for what is no JSON.
   *
   * @param record one of several in its file, with the name that it has there, if it has one.
   */
  document(bytes: Uint8Array, record: { readonly name: string | null } | null): Judged | null {
    const { spec } = this;
    const { check, documents } = readJsonFile(bytes, { ...spec, ...ONE_DOCUMENT });
    const [document] = documents;
    if (!check.valid || document === undefined) return null;
    const own = ownKey(spec, exactOf(bytes, document), record?.name ?? null);
    const key = own === null ? null : writeKey([own]);
    const isDocument = record !== null || formOf(spec, document.value) === "document";
    return {
      id: key === null ? null : Buffer.from(key).toString("hex"),
      key: key === null ? null : showDocumentKey(spec.key, key),
      isWhole: (spec.key === undefined || own !== null) && isDocument,
      isClean: document.reading !== "several" && !isDecodedTwice(bytes),
      breaches: this.#rules.reduce((sum, rule) => sum + rule(document.value).length, 0),
    };
  }
}

function isDecodedTwice(bytes: Uint8Array): boolean {
  if (!mayHoldMojibake(bytes)) return false;
  return [...runsOf(bytes)].some(({ text }) => looksDecodedTwice(text));
}

/** Does a good version of a document look so? @param id of the one it shall replace; null: any. */
export function isGood(judged: Judged | null, id: string | null): judged is Judged {
  if (judged === null || !judged.isWhole || !judged.isClean) return false;
  return id === null || judged.id === null || judged.id === id;
}
