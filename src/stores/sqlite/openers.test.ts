import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { promisify } from "node:util";

import { startHolder } from "../../../test/journeys/holder.ts";
import { temporaryFolder } from "../../../test/support/folder.ts";
import { NODE } from "../../../test/support/salvor.ts";
import { requireTool } from "../../../test/support/tools.ts";
import type { StoreUsers } from "../open-files.ts";
import { openersOf } from "./openers.ts";

const run = promisify(execFile);

describe("who has a database open", () => {
  it("is named by process and program", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("db.sqlite");
    await writeFile(path, "");
    await using holder = await startHolder(path);
    const { processes } = await openersOf(path);
    assert.deepEqual(
      processes.map(({ pid }) => pid),
      [holder.pid],
    );
    assert.match(processes[0]?.command ?? "", /holder-main/);
  });

  it(
    "cannot be told in a container, which hides the processes outside",
    requireTool("unshare"),
    async () => {
      await using folder = await temporaryFolder();
      const path = folder.join("db.sqlite");
      await writeFile(path, "");
      await using _holder = await startHolder(path);
      assert.deepEqual(await seenFromContainer(path), { processes: [], complete: false });
    },
  );
});

/** The same question, asked in a PID namespace with a /proc of its own. */
async function seenFromContainer(path: string): Promise<StoreUsers> {
  const script = `
    const { openersOf } = await import(${JSON.stringify(join(import.meta.dirname, "openers.ts"))});
    process.stdout.write(JSON.stringify(await openersOf(process.argv[1])));`;
  const namespaces = ["--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];
  const node = [NODE, "--input-type=module", "--eval", script, path];
  const { stdout } = await run("unshare", [...namespaces, ...node]);
  return JSON.parse(stdout) as StoreUsers;
}
