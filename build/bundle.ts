// Merges the sources and the libraries that every start needs into few files: reading many is what
// a short command waits for. `dist` keeps the paths of the modules that are run by their path.

import { globSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { build, type BuildOptions, type Metafile } from "esbuild";

const ROOT = join(import.meta.dirname, "..");

/** What is run as a thread's or a process's code; named by `entryModule`. */
const THREADS = ["src/core/pool-thread.ts", "src/stores/host/main.ts"];
const THREADED = ["src/**/*-{task,job,main}.ts", "src/stores/*/open-events.ts"];
/** Is read as a text, and run where nothing can be imported. */
const ALONE = "src/projections/code/inside-main.ts";

/** Its code must lie in a chunk, and does when it is an entry: places are counted from there. */
const MODULE = "src/core/module.ts";

/**
 * What nearly every command needs, and costs little: one chunk instead of twenty. A piece of code is
 * a chunk of its own for each set of entries that reach it, so each entry is made to reach these.
 */
const BASE = globSync(
  [
    "src/core/{disk,errors,hash,json,lock,log,module,progress,world}.ts",
    "src/app/config/nearest.ts",
    "src/app/log.ts",
    "src/cli/{command,exit-status,flags}.ts",
    "src/cli/show/*.ts",
  ],
  { cwd: ROOT },
).filter((path) => !path.endsWith(".test.ts"));

const options = {
  absWorkingDir: ROOT,
  outbase: "src",
  outdir: "dist",
  bundle: true,
  splitting: true,
  chunkNames: "chunks/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node24.12",
  charset: "utf8",
  legalComments: "none",
  metafile: true,
  // Starts threads of its own by its own paths.
  external: ["pino"],
  // The same library as modules, which can be merged without a loader for CommonJS.
  alias: { yaml: join(ROOT, "node_modules/yaml/browser/dist/index.js") },
} as const satisfies BuildOptions;

// Two builds: each piece of code that two entries share is a chunk, and every chunk costs a read.
const base = join(ROOT, "dist/base.js");
await mkdir(dirname(base), { recursive: true });
await writeFile(base, BASE.map((path) => `import "../${path}";\n`).join(""));
const doors = await build({
  ...options,
  entryPoints: ["src/cli/main.ts", "src/index.ts", MODULE],
  inject: [base],
});
await rm(base);
const threads = await build({
  ...options,
  entryPoints: [...THREADS, ...globSync(THREADED, { cwd: ROOT, exclude: [ALONE] }), MODULE],
});
await build({ ...options, entryPoints: [ALONE], splitting: false });
await writeFile(join(ROOT, "dist/LICENSES.md"), await licences([doors.metafile, threads.metafile]));

/** What the authors of the merged libraries ask to be passed on with them. */
async function licences(files: readonly Metafile[]): Promise<string> {
  const inputs = files.flatMap((file) => Object.keys(file.inputs));
  const packages = inputs.flatMap(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? [],
  );
  const texts = [];
  for (const name of [...new Set(packages)].sort()) {
    const folder = join(ROOT, "node_modules", name);
    const { version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
      readonly version: string;
    };
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    if (file === undefined) throw new Error(`${name} has no licence to pass on`);
    texts.push(`## ${name} ${version}\n\n${await readFile(join(folder, file), "utf8")}`);
  }
  return `# Libraries that are part of these files\n\n${texts.join("\n")}`;
}
