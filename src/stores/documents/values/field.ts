import { isJsonObject, type Json } from "../../../core/json.ts";

/** The value of a field: of that very name, else by its parts between dots; undefined without one. */
export function fieldOf(document: Json, field: string): Json | undefined {
  if (!isJsonObject(document)) return undefined;
  if (Object.hasOwn(document, field)) return document[field];
  const dot = field.indexOf(".");
  if (dot < 0) return undefined;
  const inner = Object.hasOwn(document, field.slice(0, dot)) ? document[field.slice(0, dot)] : null;
  return fieldOf(inner ?? null, field.slice(dot + 1));
}

/** Nothing, null and the empty text are no value. */
export function hasValue(value: Json | undefined): value is Json {
  return value !== undefined && value !== null && value !== "";
}

/** The JSON pointer (RFC 6901) of names and places from the root. */
export function pointerOf(...steps: readonly (string | number)[]): string {
  return steps
    .map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

/** The steps from a document to a field as `fieldOf` finds it. */
export function stepsTo(document: Json, field: string): readonly string[] {
  const dot = field.indexOf(".");
  if (dot < 0 || !isJsonObject(document) || Object.hasOwn(document, field)) return [field];
  const name = field.slice(0, dot);
  return [name, ...stepsTo(document[name] ?? null, field.slice(dot + 1))];
}
