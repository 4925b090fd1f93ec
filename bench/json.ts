import { parseArgs } from "node:util";

import { checkJson } from "../src/stores/documents/json/check.ts";
import { detectPatterns } from "../src/stores/documents/repair/patterns.ts";
import { seededRandom } from "../test/support/random.ts";
import { median } from "./measure.ts";
import { vocabulary } from "./words.ts";

// What the strict check of small documents costs, beside JSON.parse of the same bytes:
//   node bench/json.ts [--documents 20000] [--rounds 7]

const { values: options } = parseArgs({
  options: {
    documents: { type: "string", default: "20000" },
    rounds: { type: "string", default: "7" },
  },
});
const random = seededRandom(1);
const words = vocabulary(random);
const documents = Array.from({ length: Number(options.documents) }, (_, id) => document(id));
const bytes = documents.reduce((sum, each) => sum + each.length, 0);

const parse = measured((each) => JSON.parse(each.toString()));
const check = measured((each) => checkJson(each));
const scan = measured((each) => detectPatterns(each, checkJson(each)));
process.stdout.write(
  `${documents.length} documents, ${bytes} bytes\n` +
    `JSON.parse ${rate(parse)}, check ${rate(check)} (${ratio(check)} times as long), ` +
    `check and patterns ${rate(scan)} (${ratio(scan)})\n`,
);

function document(id: number): Buffer {
  const items = Array.from({ length: random.below(6) }, () => ({
    sku: words.word(),
    quantity: random.below(20),
    price: random.below(10_000) / 100,
  }));
  const customer = { name: words.name(), city: words.word(), zip: String(random.below(99_999)) };
  return Buffer.from(
    JSON.stringify({ id, customer, items, note: `${words.sentence(8)} ü`, paid: true }),
  );
}

/** CPU milliseconds of one pass over all documents. */
function measured(work: (bytes: Buffer) => unknown): number {
  const rounds: number[] = [];
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const before = process.cpuUsage();
    for (const each of documents) work(each);
    const { user, system } = process.cpuUsage(before);
    rounds.push((user + system) / 1000);
  }
  return median(rounds);
}

function rate(ms: number): string {
  return `${(bytes / 1000 / ms).toFixed(0)} MB/s`;
}

function ratio(ms: number): string {
  return (ms / parse).toFixed(2);
}
