import assert from "node:assert/strict";
import { copyFileSync, cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryFolder } from "../support/folder.ts";
import { expectSalvor, PROJECT } from "../support/salvor.ts";
import { openSite, PASSPHRASE } from "./site.ts";

// Goal: the repository is enough.
// Method: copy it to a folder that has nothing else, with another home, and restore from there.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");

for (const encrypted of [false, true]) {
  test(`a bare host restores from a ${encrypted ? "sealed" : "plain"} repository alone`, async () => {
    await using site = await openSite({ stores: { shop: "shop.sqlite" }, encrypted });
    copyFileSync(CHINOOK, site.database("shop"));
    const { snapshots } = (await site.expect(0, ["backup", "--json"])).json() as {
      snapshots: readonly { id: string }[];
    };
    await using host = await temporaryFolder();
    cpSync(site.join("backups"), host.join("elsewhere", "backups"), { recursive: true });
    rmSync(site.path, { recursive: true });
    mkdirSync(host.join("home"));
    const options = (env: Readonly<Record<string, string>>) => ({
      cwd: host.path,
      env: { HOME: host.join("home"), ...env },
    });
    const args = ["restore", "--repository", "elsewhere/backups", "--json"];
    const id = snapshots[0]?.id.slice(0, 8) ?? "";
    const right = options(encrypted ? PASSPHRASE : {});

    if (encrypted) {
      const wrong = options({ SALVOR_PASSPHRASE: "wrong" });
      const refused = await expectSalvor(2, [...args, id, "--to", "a.sqlite"], wrong);
      assert.match(refused.stderr, /passphrase/);
      const missing = await expectSalvor(2, [...args, id, "--to", "a.sqlite"], options({}));
      assert.match(missing.stderr, /SALVOR_PASSPHRASE/);
      assert.equal(existsSync(host.join("a.sqlite")), false);
    }
    const listing = ["snapshots", "--repository", "elsewhere/backups", "--json"];
    const listed = (await expectSalvor(0, listing, right)).json() as {
      snapshots: readonly { id: string; store: string }[];
    };
    assert.deepEqual(
      listed.snapshots.filter(({ store }) => store === "shop").map((each) => each.id),
      snapshots.map((each) => each.id),
    );
    for (const snapshot of [id, "shop@latest"]) {
      const to = `${snapshot}.sqlite`;
      const run = (await expectSalvor(0, [...args, snapshot, "--to", to], right)).json() as {
        status: string;
        address: string;
        proof: { equal: boolean; level: string };
      };
      assert.equal(run.status, "succeeded");
      assert.equal(run.address, host.join(to));
      assert.deepEqual([run.proof.equal, run.proof.level], [true, "complete"]);
      await expectSalvor(0, ["compare", CHINOOK, to], right);
    }
    assert.deepEqual(existsSync(host.join(".salvor")), false, "no state is left behind");
  });
}
