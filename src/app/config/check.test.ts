import assert from "node:assert/strict";
import { describe, it } from "node:test";

import fc from "fast-check";
import { drivers } from "../../stores/drivers.ts";
import { checkConfig, describeProblem } from "./check.ts";
import type { Config } from "./types.ts";

function check(text: string | Uint8Array, env: Record<string, string> = {}) {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  return checkConfig(bytes, { file: "/etc/shop/salvor.yaml", env, drivers });
}

function problems(text: string | Uint8Array, env: Record<string, string> = {}): readonly string[] {
  const { config, problems: found } = check(text, env);
  assert.equal(config, null);
  return found.map(describeProblem);
}

function valid(text: string, env: Record<string, string> = {}): Config {
  const { config, problems: found } = check(text, env);
  assert.deepEqual(found, []);
  assert.ok(config !== null);
  return config;
}

const STORE = "stores: { shop: { driver: sqlite, path: ./data/shop.sqlite } }";

describe("a salvor.yaml", () => {
  it("needs a store only, and everything else has a default beside the file", () => {
    assert.deepEqual(valid(STORE), {
      file: "/etc/shop/salvor.yaml",
      system: "shop",
      state: "/etc/shop/.salvor",
      repository: { path: "/etc/shop/backups", encryption: null },
      retention: null,
      log: { level: "info", file: null, rotateBytes: 10_000_000, keep: 5 },
      stores: [
        {
          name: "shop",
          driver: "sqlite",
          options: { path: "/etc/shop/data/shop.sqlite", busyTimeoutMs: 5000 },
          critical: false,
          expect: {},
          forget: null,
          rules: [],
          sensitive: [],
          types: {},
        },
      ],
      projections: [],
    });
  });

  it("says everything that this version knows", () => {
    const config = valid(`
system: shop
state: /var/lib/salvor
repository: { path: ../b, encryption: { passphraseFile: secret.txt } }
retention: { keepLast: 7, keepMonthly: 12 }
log: { level: debug, file: log/salvor.log, rotateBytes: 20000, keep: 2 }
stores:
  shop:
    driver: sqlite
    path: shop.sqlite
    expect: { "*": { shrinkMax: 5% }, payments: { appendOnly: true }, users: { present: true } }
    types: { invoice.total: "decimal(10,2)" }
    rules: [rules/shop.sql, /etc/rules/all.sql]
    sensitive: [customer.email]
    critical: true
    forget: ./erased.ndjson
  near: { driver: sqlite, path: near.sqlite, rules: ./near.sql }
`);
    assert.equal(config.state, "/var/lib/salvor");
    assert.deepEqual(config.repository, {
      path: "/etc/b",
      encryption: { passphraseFile: "/etc/shop/secret.txt" },
    });
    assert.deepEqual(config.retention, { keepLast: 7, keepMonthly: 12 });
    assert.deepEqual(config.stores[0]?.expect, {
      "*": { shrinkMax: 0.05 },
      payments: { appendOnly: true },
      users: { present: true },
    });
    assert.deepEqual(config.stores[0]?.types, { "invoice.total": "decimal(10,2)" });
    assert.deepEqual(config.stores[0]?.rules, ["/etc/shop/rules/shop.sql", "/etc/rules/all.sql"]);
    assert.deepEqual(config.stores[1]?.rules, ["/etc/shop/near.sql"]);
    assert.deepEqual(config.stores[0]?.sensitive, ["customer.email"]);
    assert.equal(config.stores[0]?.critical, true);
    assert.equal(config.stores[0]?.forget, "/etc/shop/erased.ndjson");
  });

  it("lists every problem with its place, top to bottom, and the nearest known key", () => {
    assert.deepEqual(
      problems(`retenton: { keepLast: 1 }
repository: { path: 7 }
log:
  level: loud
stores:
  shop:
    driver: sqlite
    paht: shop.sqlite
    busyTimeoutMs: 99999999
  Shop: { driver: sqlite, path: x }
  near: { driver: sqlit, path: x }
  none: { path: x }
`),
      [
        '1:1: retenton is not a known key; did you mean "retention"?',
        "2:15: repository.path must be a text, not a number",
        "4:3: log.level must be one of debug, info, warn, error",
        "6:3: stores.shop.path is missing",
        '8:5: stores.shop.paht is not a known key; did you mean "path"?',
        "9:5: stores.shop.busyTimeoutMs must be at most 600000",
        "10:3: stores.Shop must be a store's name: a-z, 0-9, _ and -, at most 63",
        '11:11: stores.near.driver has no driver "sqlit"; did you mean "sqlite"?',
        "12:3: stores.none.driver names no driver; drivers: documents, event-log, files, sqlite",
      ],
    );
  });

  it("says what is wrong with the keys of a store that are not its driver's", () => {
    assert.deepEqual(
      problems(`stores:
  shop:
    driver: sqlite
    path: shop.sqlite
    rules: 7
    sensitive: [email]
    critical: maybe
    forget: [a, b]
    rule: x.sql
    sensitiv: [a.b]
    forgot: x
`),
      [
        "5:5: stores.shop.rules must be a file or a list of files",
        "6:17: stores.shop.sensitive.0 must be written as table.column",
        "7:5: stores.shop.critical must be true or false, not a text",
        "8:5: stores.shop.forget must be a text, not a list",
        '9:5: stores.shop.rule is not a known key; did you mean "rules"?',
        '10:5: stores.shop.sensitiv is not a known key; did you mean "sensitive"?',
        '11:5: stores.shop.forgot is not a known key; did you mean "forget"?',
      ],
    );
  });

  it("lists what is known when nothing comes near", () => {
    assert.deepEqual(problems(`zebra: 1\nretention: { keepLast: 1, giraffe: 2 }\n`), [
      "1:1: zebra is not a known key; known keys: log, projections, repository, retention, state, stores, system",
      "2:27: retention.giraffe is not a known key; known keys: keepDaily, keepHourly, keepLast, keepMonthly, keepWeekly",
    ]);
  });

  it("refuses a retention that keeps nothing, and two passphrases at once", () => {
    assert.deepEqual(problems(`retention: { keepLast: 0 }`), [
      "1:1: retention must keep something: give at least one rule a number above 0",
    ]);
    assert.deepEqual(
      problems(`repository: { encryption: { passphraseEnv: A, passphraseFile: b } }`),
      ["1:15: repository.encryption must have exactly one of passphraseEnv and passphraseFile"],
    );
  });

  it("refuses a path that no file can have", () => {
    assert.deepEqual(problems(`stores: { a: { driver: sqlite, path: "a\\0b" } }`), [
      "1:32: stores.a.path must not contain NUL",
    ]);
  });

  it("refuses two stores at one path, however it is spelled", () => {
    assert.deepEqual(
      problems(`stores:
  a: { driver: sqlite, path: ./x }
  b: { driver: sqlite, path: ../shop/x }
`),
      ['3:24: stores.b.path is the path of "a" too'],
    );
  });

  const broken: readonly (readonly [name: string, text: string | Uint8Array, problem: string])[] = [
    ["an empty file", "", "the file is empty"],
    ["a file of comments", "# nothing\n", "the file is empty"],
    ["a list", "- a\n", 'the file must be a map, such as "stores: …"'],
    ["a word", "hello", 'the file must be a map, such as "stores: …"'],
    ["a tab", "stores:\n\tshop: 1\n", "2:1: the file is indented with a tab; YAML wants spaces"],
    [
      "a key twice",
      "state: a\nstate: b\n",
      "2:1: the file is the second key of this name in its map",
    ],
    [
      "two documents",
      "state: a\n---\nstate: b\n",
      "2:1: the file begins a second document; a configuration is one",
    ],
    [
      "bytes that are no UTF-8",
      Buffer.from("state: a\nsystem: \xff\n", "latin1"),
      "2:1: the file is not UTF-8 from here on",
    ],
    [
      "five megabytes",
      `# ${"x".repeat(5_000_000)}`,
      "the file is 5000002 bytes long; a configuration has at most 1000000",
    ],
    ["a bomb of aliases", bomb(), "1:1: the file repeats too much through aliases (*name)"],
    ["a deep nest", `a: ${"[".repeat(20_000)}`, "the file is nested too deeply"],
  ];
  for (const [name, text, problem] of broken) {
    it(`says what is wrong with ${name}`, () => {
      const [first = "no problem"] = problems(text);
      assert.ok(first.endsWith(problem), first);
    });
  }

  it("never throws, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        check(bytes);
      }),
    );
    const word = fc.constantFrom(
      "stores",
      ":",
      " ",
      "\n",
      "- ",
      "&a ",
      "*a",
      "{",
      "}",
      "[",
      "${",
      "}",
      "? ",
      "!!set ",
      "<<",
      "__proto__",
      "|",
      '"',
      "'",
      "%YAML 1.1\n",
      "---\n",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        check(words.join(""));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a variable", () => {
  it("is put into values after parsing, never into keys, and cannot make new keys", () => {
    const env = { HERE: "a: b\nstate: /stolen", N: "3" };
    const config = valid(`system: "x \${HERE} \${N}"\nstate: "$\${HERE}"\n`, env);
    assert.equal(config.system, "x a: b\nstate: /stolen 3");
    assert.equal(config.state, "/etc/shop/${HERE}");
    assert.deepEqual(problems("${N}: 1", env).length, 1);
  });

  it("that is not set is a problem of its key, once", () => {
    assert.deepEqual(problems(`state: "\${NOWHERE}"\nsystem: "\${ALSO-NOT}"\n`), [
      "1:1: state needs the variable NOWHERE, which is not set",
      "2:1: system has ${ without a NAME} behind it; a literal ${ is written $${",
    ]);
  });

  it("never shows its value in a problem", () => {
    const env = { SECRET: "hunter2" };
    const text = `
log: { level: "\${SECRET}", keep: "\${SECRET}" }
retention: "\${SECRET}"
repository: { encryption: { passphraseEnv: "\${SECRET} x" } }
stores:
  a: { driver: "\${SECRET}", path: x }
  b: { driver: sqlite, path: x, expect: { "*": { shrinkMax: "\${SECRET}" } } }
`;
    const found = problems(text, env);
    assert.equal(found.length, 6, found.join());
    assert.ok(!found.join("\n").includes("hunter2"), found.join("\n"));
  });
});

function bomb(): string {
  const lines = Array.from({ length: 12 }, (_, n) =>
    n === 0 ? "a0: &a0 [x, x, x, x]" : `a${n}: &a${n} [${`*a${n - 1}, `.repeat(6)}]`,
  );
  return `${lines.join("\n")}\n`;
}
