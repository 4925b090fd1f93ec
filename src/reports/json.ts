import type { ReportDocument } from "./types.ts";

/** What JSON allows and a terminal would obey or turn around: written as `\uNNNN`, read as it was. */
const UNSAFE = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\uFFFE\uFFFF]/g;

/** The report as JSON, member by member, lists item by item. */
export function* renderJson(document: ReportDocument): Generator<string> {
  let before = "{";
  for (const [name, value] of Object.entries(document)) {
    yield `${before}\n  ${quoted(name)}: `;
    if (Array.isArray(value)) yield* items(value);
    else yield written(value, "  ");
    before = ",";
  }
  yield "\n}\n";
}

function* items(values: readonly unknown[]): Generator<string> {
  if (values.length === 0) return yield "[]";
  let before = "[";
  for (const value of values) {
    yield `${before}\n    ${written(value, "    ")}`;
    before = ",";
  }
  yield "\n  ]";
}

/** Strings hold no raw line ends, so the lines may be indented. */
function written(value: unknown, indent: string): string {
  return quoted(value).replaceAll("\n", `\n${indent}`);
}

function quoted(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    UNSAFE,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
