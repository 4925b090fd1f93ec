import type { JobAnswer } from "../../../core/pool.ts";
import { schemaRule } from "../rules/schema.ts";

/** A collection's schema that cannot be used, and why. */
export interface SchemaTrouble {
  readonly name: string;
  readonly trouble: string;
}

/** Tells the schemas that give no rule. */
export function job(
  schemas: readonly { readonly name: string; readonly schema: string }[],
): JobAnswer<readonly SchemaTrouble[]> {
  const output = schemas.flatMap(({ name, schema }) => {
    const found = schemaRule(schema);
    return "trouble" in found ? [{ name, trouble: found.trouble }] : [];
  });
  return { output, transfer: [] };
}
