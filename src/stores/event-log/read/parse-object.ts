import { isExactObject, parseExact, type ExactObject } from "../../../core/exact-json.ts";

/** The object that a text is, no number rounded; null for what is no JSON or no object. */
export function parseObject(text: string): ExactObject | null {
  try {
    const value = parseExact(text);
    return isExactObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
