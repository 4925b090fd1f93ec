import type { Json, JsonObject } from "../../core/json.ts";
import { isJsonObject } from "../../core/json.ts";
import type { KeyPath } from "./parse.ts";

/** The keys that may stand in the map at `path`, read from the JSON Schema of the whole. */
export function keysAt(schema: JsonObject, tree: JsonObject, path: KeyPath): readonly string[] {
  let node: JsonObject = schema;
  let value: Json | undefined = tree;
  for (const name of path) {
    value = memberOf(value, name);
    const next = schemaOf(node, name);
    if (next === null) return [];
    node = alternative(next, value);
  }
  return Object.keys(objectAt(node, "properties"));
}

function schemaOf(node: JsonObject, name: PropertyKey): JsonObject | null {
  const own = objectAt(node, "properties")[String(name)];
  for (const found of [own, node["additionalProperties"], node["items"]]) {
    if (isJsonObject(found)) return found;
  }
  return null;
}

/** Of schemas that differ by driver, the one of this value's driver; else the one of its shape. */
function alternative(node: JsonObject, value: Json | undefined): JsonObject {
  const choices = node["oneOf"] ?? node["anyOf"];
  if (!Array.isArray(choices)) return node;
  const shape = Array.isArray(value) ? "array" : "object";
  if (!choices.some(isByDriver)) return choices.find((each) => typeOf(each) === shape) ?? {};
  const driver = isJsonObject(value) ? value["driver"] : undefined;
  const match = (choices as readonly Json[]).find(
    (each) =>
      isJsonObject(each) && objectAt(objectAt(each, "properties"), "driver")["const"] === driver,
  );
  return isJsonObject(match) ? match : {};
}

function isByDriver(choice: Json): boolean {
  return isJsonObject(choice) && "driver" in objectAt(choice, "properties");
}

function typeOf(choice: Json): Json | undefined {
  return isJsonObject(choice) ? choice["type"] : undefined;
}

function objectAt(node: JsonObject, key: string): JsonObject {
  const found = node[key];
  return isJsonObject(found) ? found : {};
}

function memberOf(value: Json | undefined, name: PropertyKey): Json | undefined {
  if (Array.isArray(value)) return value[Number(name)] as Json | undefined;
  return isJsonObject(value) ? value[String(name)] : undefined;
}
