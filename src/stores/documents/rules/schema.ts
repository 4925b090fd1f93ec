import { cutEvidence } from "../../evidence.ts";
import { jsonSchemaCheck, type SchemaBreach } from "../../json-schema.ts";
import type { Breach, DocumentRule } from "./types.ts";

/** A rule, or why a schema gives none. */
export type SchemaRule = { readonly rule: DocumentRule } | { readonly trouble: string };

/** The JSON Schema in a file as a rule. */
export function schemaRule(path: string): SchemaRule {
  const check = jsonSchemaCheck(path);
  if (typeof check === "string") return { trouble: check };
  return { rule: (document) => check(document).map(breach) };
}

function breach({ pointer, sentence, evidence }: SchemaBreach): Breach {
  return {
    code: "documents.schema",
    title: "A document is not as its schema demands",
    severity: "medium",
    pointer,
    description: `${pointer === "" ? "the document" : pointer} ${sentence}`,
    evidence: cutEvidence(evidence),
  };
}
