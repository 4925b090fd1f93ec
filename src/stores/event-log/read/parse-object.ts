import { isJsonObject, type Json, type JsonObject } from "../../../core/json.ts";

/** The object that a text is; null for what is no JSON, and for what is no object. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
