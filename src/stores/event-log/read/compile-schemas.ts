import { roundedJson } from "../../../core/exact-json.ts";
import { SalvorError } from "../../../core/errors.ts";
import { jsonSchemaCheck } from "../../json-schema.ts";
import type { SchemaCheck } from "./types.ts";

/** Compiles schemas by type, each of them in a file. */
export function compileSchemas(schemas: Readonly<Record<string, string>>): SchemaCheck {
  const checks = new Map(
    Object.entries(schemas).map(([type, path]) => [type, jsonSchemaCheck(path)] as const),
  );
  for (const [type, check] of checks) {
    if (typeof check === "string")
      throw new SalvorError("CONFIG_INVALID", `the schema of ${type} cannot be used: ${check}`, {
        hint: 'Mend it, or take it out of "schemas" in salvor.yaml; "salvor config check" tells.',
      });
  }
  return ({ type, data }) => {
    const check = checks.get(type);
    if (check === undefined || typeof check === "string") return null;
    const [first] = check(roundedJson(data));
    if (first === undefined) return null;
    return `data${first.pointer} ${first.sentence}`;
  };
}
