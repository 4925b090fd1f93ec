import type { CollectionSpec } from "../survey/types.ts";
import { orderRule } from "./order.ts";
import type { SchemaRule } from "./schema.ts";
import { stateRule } from "./states.ts";
import type { DocumentRule } from "./types.ts";

/** Makes a rule of the schema in a file. */
export type SchemaReader = (path: string) => SchemaRule;

/** What each document of a collection is held against: schema, states, order of dates. */
export function rulesOf(
  spec: CollectionSpec,
  schemas: SchemaReader | null,
): readonly DocumentRule[] {
  const schema = spec.schema === undefined ? null : (schemas?.(spec.schema) ?? null);
  return [
    ...(schema !== null && "rule" in schema ? [schema.rule] : []),
    ...(spec.states === undefined ? [] : [stateRule(spec.states)]),
    ...(spec.order.length > 1 ? [orderRule(spec.order)] : []),
  ];
}

/** Loaded where it is needed: that takes longer than looking at a thousand documents. */
export async function schemaReader(specs: readonly CollectionSpec[]): Promise<SchemaReader | null> {
  const hasSchemas = specs.some(({ schema }) => schema !== undefined);
  return hasSchemas ? (await import("./schema.ts")).schemaRule : null;
}
