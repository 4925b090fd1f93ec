import type { Json } from "../../../core/json.ts";
import { fieldOf, hasValue, pointerOf, stepsTo } from "../values/field.ts";
import { compareValues } from "../values/order.ts";
import type { Breach, DocumentRule } from "./types.ts";

/** Fields that never decrease in the order in which they are named; those without a value are passed over. */
export function orderRule(fields: readonly string[]): DocumentRule {
  return (document) => {
    let before: { readonly field: string; readonly value: Json } | null = null;
    for (const field of fields) {
      const value = fieldOf(document, field);
      if (!hasValue(value)) continue;
      const order = before === null ? null : compareValues(before.value, value);
      if (before !== null && order !== null && order > 0)
        return [breach(document, before, { field, value })];
      before = { field, value };
    }
    return [];
  };
}

interface FieldValue {
  readonly field: string;
  readonly value: Json;
}

function breach(document: Json, earlier: FieldValue, later: FieldValue): Breach {
  const [first, second] = [JSON.stringify(earlier.value), JSON.stringify(later.value)];
  return {
    code: "documents.order",
    title: "Dates of a document are out of order",
    severity: "medium",
    pointer: pointerOf(...stepsTo(document, later.field)),
    description: `${later.field} (${second}) is before ${earlier.field} (${first})`,
    evidence: `${earlier.field}: ${first}, ${later.field}: ${second}`,
  };
}
