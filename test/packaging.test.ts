import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { access, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { before, after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

import { sourceTree } from "./source-tree.ts";

// Goal: who installs the packed archive, and not this checkout, gets a working program.
// Method: pack it, install it globally below a scratch folder, run what is there.

const ROOT = join(import.meta.dirname, "..");

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(file: string, words: readonly string[], cwd: string): Promise<Ended> {
  const options = { cwd, encoding: "utf8", maxBuffer: 1e8 } as const;
  return new Promise((resolve) => {
    execFile(file, words, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
  });
}

async function npm(words: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await run("npm", words, cwd);
  assert.equal(status, 0, `npm ${words.join(" ")}: ${stderr}`);
  return stdout;
}

/** Every Node of this machine that is not ours, with its version. */
async function otherNodes(): Promise<readonly { path: string; version: string }[]> {
  const folders = ["/usr/local/bin", "/usr/bin", ...(process.env["PATH"] ?? "").split(delimiter)];
  const found = [];
  for (const folder of new Set(folders.filter((each) => !each.includes("node_modules")))) {
    const path = join(folder, "node");
    const { status, stdout } = await run(path, ["--version"], "/");
    if (status === 0) found.push({ path, version: stdout.trim().slice(1) });
  }
  return found;
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major < 24 || (major === 24 && minor < 12);
}

const old = (await otherNodes()).find(({ version }) => isTooOld(version));

describe("the packed archive", () => {
  let scratch = "";
  let installed = "";
  before(async () => {
    scratch = await mkdtemp(join(tmpdir(), "salvor-packaging-"));
    const packed = await npm(["pack", "--json", "--pack-destination", scratch], ROOT);
    const archive = /"filename": "([^"]+)"/.exec(packed)?.[1] ?? "";
    const prefix = join(scratch, "prefix");
    await npm(
      [
        "install",
        "--global",
        "--prefix",
        prefix,
        "--prefer-offline",
        "--no-audit",
        "--no-fund",
        join(scratch, archive),
      ],
      scratch,
    );
    installed = join(prefix, "bin/salvor");
  });
  after(async () => rm(scratch, { recursive: true, force: true }));

  it("installs a program that knows its version", async () => {
    const manifest = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
      version: string;
    };
    const ended = await run(installed, ["--version"], scratch);
    assert.deepEqual(ended, { status: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });

  it("holds what runs and what a user reads, no sources and no tests", async () => {
    const folder = join(scratch, "prefix/lib/node_modules/salvor");
    const names = await readdir(folder);
    assert.deepEqual(names.filter((name) => name !== "node_modules").toSorted(), [
      "LICENSE",
      "README.md",
      "bin",
      "dist",
      "docs",
      "package.json",
    ]);
    const built = await readdir(join(folder, "dist"), { recursive: true });
    assert.ok(built.includes("index.js") && built.includes("index.d.ts"));
    assert.deepEqual(
      built.filter((name) => /\.test\.|(^|\/)(contract|samples)\./.test(name)),
      [],
    );
  });

  it("holds every module that is run by its path", async () => {
    const names = (await sourceTree(ROOT, "src"))
      .filter(({ path }) => !path.endsWith(".test.ts"))
      .flatMap(({ text }) => [...text.matchAll(/entryModule\("([^"]+)"\)/g)])
      .map((match) => match[1] ?? "");
    assert.ok(names.length > 10, `only ${names.length} were found`);
    const dist = join(scratch, "prefix/lib/node_modules/salvor/dist");
    const { entryModule } = (await import(join(dist, "core/module.js"))) as {
      readonly entryModule: (name: string) => URL;
    };
    for (const name of names) {
      const url = entryModule(name);
      assert.equal(fileURLToPath(url), join(dist, `${name}.js`));
      await access(url);
    }
  });

  it("passes on the licences of what is merged into it", async () => {
    const folder = join(scratch, "prefix/lib/node_modules/salvor");
    const text = await readFile(join(folder, "dist/LICENSES.md"), "utf8");
    assert.deepEqual(
      [...text.matchAll(/^## (\S+) \d/gm)].map((match) => match[1]),
      [
        "ajv",
        "ajv-formats",
        "fast-deep-equal",
        "fast-uri",
        "json-schema-traverse",
        "jsonrepair",
        "yaml",
        "zod",
      ],
    );
  });

  it("backs up a real database and brings it back, proven", async () => {
    const app = join(scratch, "app");
    await mkdir(app);
    await cp(join(ROOT, "test/data/chinook.sqlite"), join(app, "chinook.sqlite"));
    for (const words of [["init"], ["config", "check"], ["backup", "--verify"]]) {
      const { status, stderr } = await run(installed, words, app);
      assert.equal(status, 0, `salvor ${words.join(" ")}: ${stderr}`);
    }
    const words = ["restore", "chinook@latest", "--to", "restored.sqlite", "--json"];
    const { status, stdout, stderr } = await run(installed, words, app);
    assert.equal(status, 0, stderr);
    const { proof } = JSON.parse(stdout) as { proof: { equal: boolean; level: string } };
    assert.deepEqual([proof.equal, proof.level], [true, "complete"]);
  });

  it("rebuilds the state of an event log by code of the user's", async () => {
    const app = join(scratch, "replayed");
    await cp(join(ROOT, "test/data/projections"), app, { recursive: true });
    const config = `stores: { history: { driver: event-log, path: ${join(ROOT, "test/data/events/history.jsonl")} } }
projections: { registry: { log: history, target: ./registry.sqlite, module: ./registry.ts } }
`;
    await writeFile(join(app, "salvor.yaml"), config);
    const { status, stdout, stderr } = await run(installed, ["rebuild", "--json"], app);
    assert.equal(status, 0, stderr);
    const { applied, digest } = JSON.parse(stdout) as { applied: number; digest: string };
    assert.equal(applied, 2229);
    const verified = await run(installed, ["verify-state", "--json"], app);
    assert.equal((JSON.parse(verified.stdout) as { actual: string }).actual, digest);
  });

  it("is a library of the same name", async () => {
    const user = join(scratch, "prefix/lib/user.mjs");
    const script = `import { openSalvor } from "salvor";
      await using salvor = await openSalvor({ cwd: process.argv[2] });
      const { system, mode } = await salvor.status();
      console.log(JSON.stringify({ system, mode }));`;
    await writeFile(user, script);
    const { status, stdout, stderr } = await run(
      process.execPath,
      [user, join(scratch, "app")],
      "/",
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), { system: "app", mode: "normal" });
  });

  it("tells TypeScript what the library takes and gives", async () => {
    const user = join(scratch, "prefix/lib/user.mts");
    const script = `import { openSalvor, SalvorError, type Receipt, type Snapshot } from "salvor";
      await using salvor = await openSalvor();
      const { snapshots } = await salvor.snapshots({ store: "shop" });
      const found: readonly Snapshot[] = snapshots;
      // @ts-expect-error there is no such option, which only real types can tell
      await salvor.backup({ stroes: ["shop"] });
      export { found, SalvorError, type Receipt };`;
    await writeFile(user, script);
    const types = join(ROOT, "node_modules/@types");
    const words = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
    const libraries = ["--lib", "esnext", "--typeRoots", types, "--types", "node"];
    const tsc = join(ROOT, "node_modules/.bin/tsc");
    const { status, stdout } = await run(tsc, [...words, ...libraries, user], join(scratch, "app"));
    assert.equal(status, 0, stdout);
  });
});

describe("the program", () => {
  it(
    "says in one sentence that Node is too old",
    { skip: old === undefined ? "this machine has no Node older than 24.12" : false },
    async () => {
      assert.ok(old !== undefined);
      const { status, stdout, stderr } = await run(old.path, ["bin/salvor.cjs", "status"], ROOT);
      assert.equal(status, 2);
      assert.equal(stdout, "");
      assert.equal(stderr, `salvor: needs Node 24.12 or newer, and this is Node ${old.version}.\n`);
    },
  );

  it("is found in the checkout where its sources are", async () => {
    await access(join(ROOT, "src/cli/main.ts"));
    const { status, stdout } = await run(process.execPath, ["bin/salvor.cjs", "--help"], ROOT);
    assert.equal(status, 0);
    assert.match(stdout, /^Salvor: /);
  });
});
