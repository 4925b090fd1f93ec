import type { Json } from "../../../core/json.ts";
import type { CollectionOptions } from "../options.ts";
import { fieldOf, hasValue, pointerOf, stepsTo } from "../values/field.ts";
import type { Breach, DocumentRule } from "./types.ts";

/** What a document must have, and must not have, by the value of its state. */
export function stateRule(states: NonNullable<CollectionOptions["states"]>): DocumentRule {
  const { field, ...others } = states;
  const byState = new Map(Object.entries(others as Readonly<Record<string, StateOptions>>));
  return (document) => {
    const state = fieldOf(document, field);
    const rule = typeof state === "string" ? byState.get(state) : undefined;
    if (rule === undefined) return NONE;
    const lacking = rule.requires.filter((each) => !hasValue(fieldOf(document, each)));
    const surplus = rule.forbids.filter((each) => hasValue(fieldOf(document, each)));
    if (lacking.length + surplus.length === 0) return NONE;
    const name = `${field} is ${JSON.stringify(state)}`;
    return [
      ...lacking.map((each) => breach(document, each, `${name}, and ${each} has no value`)),
      ...surplus.map((each) => breach(document, each, `${name}, and ${each} has a value`)),
    ];
  };
}

const NONE: readonly Breach[] = [];

interface StateOptions {
  readonly requires: readonly string[];
  readonly forbids: readonly string[];
}

function breach(document: Json, field: string, description: string): Breach {
  return {
    code: "documents.state",
    title: "A document is not as its state demands",
    severity: "medium",
    pointer: pointerOf(...stepsTo(document, field)),
    description,
    evidence: `${field}: ${JSON.stringify(fieldOf(document, field)) ?? "not there"}`,
  };
}
