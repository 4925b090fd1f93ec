import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, before, test } from "node:test";

import { PROJECT } from "../support/salvor.ts";
import { openSite, type Site } from "./site.ts";

// Goal: scripts can rely on the documents of every command, field by field, and on its status.
// Method: one shop lives through all commands in order; each prints one JSON document, and each field
// that the contract names must be in it.

const CHINOOK = join(PROJECT, "test", "data", "chinook.sqlite");
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

type Document = Record<string, unknown>;

const RUN =
  "id plan by reason status progress startedAt durationMs rpoMs steps quarantine losses proof proofs reports";
const STEP =
  "id action name description parameters dependsOn estimatedMs attempts status startedAt durationMs error";
const SNAPSHOT = "id store point createdAt bytes storedBytes parent level receipt warnings";
const PROOF = "store basis equal level collections origins documents references rules";
const RECEIPT = "store at digest collections references schema level tree";

let site: Site;

before(async () => {
  site = await openSite({ stores: { shop: "shop.sqlite" }, encrypted: true });
  copyFileSync(CHINOOK, site.database("shop"));
});

after(() => site[Symbol.asyncDispose]());

test("init and config", async () => {
  const refused = await site.expect(3, ["init", "--json"]);
  has(refused.json(), "config stores");
  const other = site.join("other.yaml");
  const init = await site.expect(0, ["init", "--json", "--config", other]);
  has(init.json(), "config stores");
  rmSync(other, { force: true });
  assert.equal(
    has((await site.expect(0, ["config", "check", "--json"])).json(), "ok problems")["ok"],
    true,
  );
  const schema = has(
    (await site.expect(0, ["config", "schema", "--json"])).json(),
    "$schema type properties",
  );
  assert.equal(schema["type"], "object");
});

test("backup and snapshots", async () => {
  const made = has((await site.expect(0, ["backup", "--json"])).json(), "snapshots point");
  const point = has(made["point"], "id at verified");
  assert.match(String(point["at"]), TIME);
  assert.equal(point["verified"], false);
  const [snapshot] = list(made["snapshots"]);
  assert.match(String(has(snapshot, SNAPSHOT)["id"]), /^[0-9a-f]{64}$/);
  assert.equal(snapshot?.["level"], "none");
  assert.equal(snapshot["parent"], null);
  assert.equal(snapshot["point"], point["id"]);
  const again = has(
    (await site.expect(0, ["backup", "--verify", "--json"])).json(),
    "snapshots point",
  );
  assert.equal(has(again["point"], "verified")["verified"], true);
  const [second] = list(again["snapshots"]);
  assert.equal(second?.["level"], "complete");
  assert.equal(second["parent"], snapshot["id"]);
  const listed = has((await site.expect(0, ["snapshots", "shop", "--json"])).json(), "snapshots");
  assert.deepEqual(
    list(listed["snapshots"]).map(({ id }) => id),
    [snapshot["id"], second["id"]],
  );
});

test("receipt and compare", async () => {
  const receipt = has((await site.expect(0, ["receipt", "shop", "--json"])).json(), RECEIPT);
  assert.match(String(receipt["digest"]), DIGEST);
  assert.match(String(receipt["at"]), TIME);
  const artist = has(has(receipt["collections"], "Artist")["Artist"], "count digest");
  assert.equal(artist["count"], 275);
  has(list(receipt["references"])[0], "from to orphans");
  has(receipt["schema"], "digest");
  const equal = has(
    (await site.expect(0, ["compare", "shop@latest", "shop", "--json"])).json(),
    PROOF,
  );
  assert.equal(equal["equal"], true);
  has(equal["origins"], "unchanged repaired restored salvaged newer lost");
  copyFileSync(CHINOOK, site.join("changed.sqlite"));
  run(site.join("changed.sqlite"), "DELETE FROM Genre WHERE GenreId = 25");
  const args = ["compare", "shop@latest", "changed.sqlite", "--json"];
  const unequal = has((await site.expect(1, args)).json(), PROOF);
  const genre = list(unequal["collections"]).find(({ name }) => name === "Genre");
  const fields = has(genre, "name expected actual missing extra changed");
  assert.deepEqual(fields["missing"], [{ GenreId: 25 }]);
  has(fields["expected"], "count digest");
});

test("verify", async () => {
  const verified = has((await site.expect(0, ["verify", "--json"])).json(), "ok results");
  assert.equal(verified["ok"], true);
  const [result] = list(verified["results"]);
  assert.equal(has(result, "snapshot level ok problems")["level"], "stored");
});

test("restore, runs and resume", async () => {
  const to = site.join("copy.sqlite");
  const beside = has(
    (await site.expect(0, ["restore", "shop@latest", "--to", to, "--json"])).json(),
    `${RUN} address`,
  );
  assert.equal(beside["address"], to);
  assert.equal(beside["status"], "succeeded");
  assert.match(String(beside["id"]), /^run_/);
  assert.match(String(beside["startedAt"]), TIME);
  for (const step of list(beside["steps"])) assert.equal(has(step, STEP)["status"], "succeeded");
  assert.equal(has(beside["proof"], PROOF)["level"], "complete");

  run(site.database("shop"), "INSERT INTO Genre VALUES (99, 'new')");
  const inPlace = ["restore", "shop@latest", "--in-place", "--json"];
  const planned = has((await site.expect(0, [...inPlace, "--dry-run"])).json(), RUN);
  assert.equal(planned["status"], "planned");
  assert.equal((await site.expect(3, inPlace)).stdout, "");
  const lossy = has(
    (await site.expect(6, [...inPlace, "--yes", "--reason", "a test"])).json(),
    RUN,
  );
  assert.equal(lossy["reason"], "a test");
  assert.equal(typeof lossy["rpoMs"], "number");
  assert.equal(typeof lossy["quarantine"], "string");
  const [loss] = list(lossy["losses"]);
  assert.deepEqual(has(loss, "store collection key location reason")["key"], { GenreId: 99 });

  const runs = list(has((await site.expect(0, ["runs", "--json"])).json(), "runs")["runs"]);
  assert.deepEqual(
    runs.map(({ id }) => id),
    [lossy["id"], beside["id"]],
  );
  for (const each of runs) has(each, RUN);
  assert.deepEqual((await site.expect(0, ["resume", "--json"])).json(), { runs: [] });
});

const FINDING =
  "id code title description severity status category store location affected evidence detectedAt resolvedAt resolutionNotes remedies";
const LOOK = "at sound stores findings criticalIssues reports";

test("audit, integrity, scan and findings", async () => {
  const audit = has((await site.expect(0, ["audit", "--json"])).json(), LOOK);
  const audited = has(
    list(audit["stores"])[0],
    "store sound collections files structure metadata durationMs",
  );
  assert.equal(has(audited["collections"], "Artist")["Artist"], 275);
  has(list(audited["files"])[0], "path exists readable sizeBytes modifiedAt sha256 valid error");
  has(audited["structure"], "ok missing unexpected");
  has(audited["metadata"], "ok differences");
  has(audit["reports"], "json html");
  const integrity = has((await site.expect(0, ["integrity", "shop", "--json"])).json(), LOOK);
  has(list(integrity["stores"])[0], "store sound checked durationMs");
  const scan = has((await site.expect(0, ["scan", "--json"])).json(), LOOK);
  assert.deepEqual(has(list(scan["stores"])[0], "store sound checked durationMs pages")["pages"], {
    sound: 246,
  });

  // Without an expectation, deleted rows are a notice: the store stays sound.
  run(site.database("shop"), "DELETE FROM PlaylistTrack WHERE TrackId > 3000");
  const shrunk = has((await site.expect(0, ["integrity", "--json"])).json(), LOOK);
  assert.equal(shrunk["sound"], true);
  const [finding] = list(shrunk["findings"]);
  assert.equal(has(finding, FINDING)["severity"], "low");
  const id = String(finding?.["id"]);
  assert.match(id, /^finding_[0-9a-f]{32}$/);
  const listed = await site.expect(0, ["findings", "shop", "--status", "open", "--json"]);
  assert.deepEqual(has(listed.json(), "findings")["findings"], shrunk["findings"]);
  const ack = ["findings", "ack", id.slice(0, 16), "--by", "ops", "--notes", "meant", "--json"];
  const acknowledged = has((await site.expect(0, ack)).json(), "finding");
  assert.equal(has(acknowledged["finding"], FINDING)["status"], "acknowledged");
  const end = ["findings", "resolve", id, "--by", "ops", "--json"];
  const resolved = has((await site.expect(0, end)).json(), "finding");
  assert.match(String(has(resolved["finding"], FINDING)["resolvedAt"]), TIME);
});

test("recover, full-recovery and generate-report", async () => {
  const idle = has((await site.expect(0, ["recover", "--json"])).json(), RUN);
  assert.deepEqual(idle["steps"], []);
  assert.equal(idle["status"], "succeeded");
  const sound = has(
    (await site.expect(0, ["full-recovery", "--json"])).json(),
    "sound steps run proof reports",
  );
  assert.equal(sound["run"], null);
  has(sound["steps"], "audit integrity scan recover verify");

  run(site.database("shop"), "DROP TABLE PlaylistTrack");
  const planned = await site.expect(1, ["full-recovery", "--dry-run", "--json"]);
  assert.equal(has(has(planned.json(), "run")["run"], RUN)["status"], "planned");
  assert.equal((await site.expect(3, ["full-recovery", "--json"])).stdout, "");
  const mended = has(
    (await site.expect(0, ["full-recovery", "--yes", "--json"])).json(),
    "sound steps run proof reports",
  );
  assert.equal(mended["sound"], true);
  assert.equal(has(mended["proof"], PROOF)["basis"], "merge");
  has(mended["reports"], "json html");
  const id = String(has(mended["run"], RUN)["id"]);
  const fields =
    "kind system generatedAt summary stores findings incidents runs proofs losses statistics timeline";
  const whole = has((await site.expect(0, ["generate-report", "--json"])).json(), fields);
  assert.equal(whole["kind"], "status");
  const ofRun = has((await site.expect(0, ["generate-report", "--run", id])).json(), fields);
  assert.equal(ofRun["kind"], "run");
  assert.deepEqual(
    list(ofRun["runs"]).map((each) => each["id"]),
    [id],
  );
  await site.expect(2, ["generate-report", "--output", "report.doc"]);
});

test("prune and repository", async () => {
  const args = ["prune", "--keep-last", "1", "--yes", "--json"];
  const pruned = has((await site.expect(0, args)).json(), "removed kept freedBytes");
  // One of the shop, and the state's own that was made with it.
  assert.equal((pruned["removed"] as unknown[]).length, 2);
  has(list(pruned["kept"])[0], "snapshot reason");
  const checked = await site.expect(0, ["repository", "check", "--json"]);
  assert.equal(has(checked.json(), "ok problems")["ok"], true);
  const repaired = await site.expect(0, ["repository", "repair", "--yes", "--json"]);
  assert.equal(has(repaired.json(), "ok problems")["ok"], true);
  const next = ["repository", "passphrase", "--new-passphrase-env", "NEXT", "--yes", "--json"];
  const changed = await site.expect(0, next, { env: { NEXT: "another one" } });
  has(changed.json(), "ok problems");
  const { stderr } = await site.expect(2, ["verify", "--json"]);
  assert.match(stderr, /passphrase/);
  const env = { SALVOR_PASSPHRASE: "another one" };
  await site.expect(0, ["verify", "--level", "complete", "--json"], { env });
});

test("status and audit-trail", async () => {
  const env = { SALVOR_PASSPHRASE: "another one" };
  const fields = "system mode since reason level components incidents backups statistics";
  const status = has((await site.expect(0, ["status", "--json"], { env })).json(), fields);
  assert.equal(status["mode"], "normal");
  has(list(status["components"])[0], "id kind state since detail");
  has(list(status["backups"])[0], "store snapshot ageMs level");
  for (const args of [["audit-trail"], ["audit-trail", "verify"]]) {
    const trail = has((await site.expect(0, [...args, "--json"])).json(), "ok records firstBroken");
    assert.equal(trail["ok"], true);
    assert.ok(Number(trail["records"]) >= 8);
  }
});

test("an error leaves standard output empty, and is one JSON line where logs are JSON", async () => {
  const { stdout, stderr } = await site.expect(2, [
    "backup",
    "nope",
    "--json",
    "--log-format",
    "json",
  ]);
  assert.equal(stdout, "");
  const last = JSON.parse(stderr.trim().split("\n").at(-1) ?? "") as Document;
  assert.equal(has(has(last, "error")["error"], "code message hint")["code"], "STORE_UNKNOWN");
});

/** A document with all of these fields. */
function has(value: unknown, fields: string): Document {
  assert.ok(typeof value === "object" && value !== null, `no document: ${String(value)}`);
  const missing = fields.split(" ").filter((field) => !Object.hasOwn(value, field));
  assert.deepEqual(
    missing,
    [],
    `fields that are missing in ${JSON.stringify(value).slice(0, 500)}`,
  );
  return value as Document;
}

function list(value: unknown): readonly Document[] {
  assert.ok(Array.isArray(value), "no list");
  return value as readonly Document[];
}

function run(path: string, sql: string): void {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  database.exec(sql);
  database.close();
}
