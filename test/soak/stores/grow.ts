import type { JsonObject } from "../../../src/core/json.ts";
import { randomDocument } from "../../support/json-documents.ts";
import type { Random } from "../../support/random.ts";

/** Files of a store by their paths. */
export type Files = ReadonlyMap<string, Buffer>;

/** What documents of `items` must have. */
export const SCHEMA = {
  type: "object",
  required: ["id", "name", "at"],
  properties: {
    id: { type: "string", pattern: "^I-[0-9]+$" },
    name: { type: "string" },
    at: { type: "string" },
  },
};

/** One document a file, an array, lines, an object of them, and one that tells of the others. */
export function collectionsOf(schema: string): JsonObject {
  return {
    items: {
      files: "items/*.json",
      key: "id",
      schema,
      references: { owner: "people" },
      states: { field: "state", done: { requires: ["done"] } },
      order: ["at", "done"],
    },
    people: { files: "people.json", key: "id" },
    log: { files: "log.jsonl", key: "id" },
    settings: { files: "settings.json", form: "keyed" },
    meta: {
      files: "meta.json",
      derive: { total: "count(items)", people: "count(people)", latest: "max(items, at|done)" },
    },
  };
}

const NAMES = ["Müller", "Straße 5", "a, b", "x{y}", 'say \\"no\\"', "C:\\\\temp", "日本", "ok"];

/** A small store in which everything is right. */
export function growStore(random: Random): Files {
  const space = random.pick(["", " ", "\n  "]);
  const [items, people] = [1 + random.below(7), 1 + random.below(5)];
  const files = new Map<string, string>();
  let latest = "";
  for (let id = 0; id < items; id += 1) {
    const at = instant(random.below(300));
    const isDone = random.below(3) === 0;
    const done = isDone ? [`"state": "done"`, `"done": "${at}"`] : [`"state": "open"`];
    if (at > latest) latest = at;
    const members = [
      `"id": "I-${id}"`,
      `"name": "${random.pick(NAMES)}"`,
      `"owner": "P-${random.below(people)}"`,
      `"at": "${at}"`,
      ...done,
      `"amount": ${random.below(99)}.50`,
      `"data": ${randomDocument(random, 2)}`,
    ];
    files.set(`items/i-${id}.json`, `${objectOf(members, space)}\n`);
  }
  files.set("people.json", `[\n${listOf(people, (id) => personOf(id, random))}\n]\n`);
  const lines = Array.from({ length: 1 + random.below(8) }, (_, id) => lineOf(id, random));
  files.set("log.jsonl", lines.join(""));
  const settings = listOf(1 + random.below(4), (id) => `  "s${id}": ${settingOf(random)}`);
  files.set("settings.json", `{\n${settings}\n}\n`);
  const meta = [
    `"title": "all"`,
    `"total": ${items}`,
    `"people": ${people}`,
    `"latest": "${latest}"`,
  ];
  files.set("meta.json", `${objectOf(meta, space)}\n`);
  return new Map([...files].map(([path, text]) => [path, Buffer.from(text)]));
}

function instant(days: number): string {
  return new Date(Date.UTC(2026, 0, 1) + days * 86_400_000).toISOString();
}

function objectOf(members: readonly string[], space: string): string {
  const end = space.startsWith("\n") ? "\n" : "";
  return `{${space}${members.join(`,${space}`)}${end}}`;
}

function listOf(count: number, make: (id: number) => string): string {
  return Array.from({ length: count }, (_, id) => make(id)).join(",\n");
}

function personOf(id: number, random: Random): string {
  return `  {"id": "P-${id}", "name": "${random.pick(NAMES)}", "n": ${random.below(9)}.10}`;
}

function lineOf(id: number, random: Random): string {
  return `{"id": ${id}, "text": "${random.pick(NAMES)}", "big": 1234567890123456789${id}}\n`;
}

function settingOf(random: Random): string {
  return `{"value": ${random.below(100)}, "note": "${random.pick(NAMES)}"}`;
}
