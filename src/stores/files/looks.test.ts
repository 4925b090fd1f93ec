import assert from "node:assert/strict";
import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";

import { treeBench } from "../../../test/support/tree-bench.ts";
import { systemWorld } from "../../core/world.ts";
import type { InspectionKind } from "../types.ts";
import { judgeCertificates } from "./certificates.ts";
import { findEnvProblem } from "./env-file.ts";
import { exclusionOf } from "./exclude.ts";

const signal = AbortSignal.timeout(120_000);

/** Of shop.example, valid from 2026-11-21 to 2027-11-21; nobody has its key. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBgjCCASmgAwIBAgIUT4KakmpWRGj7eEbZHPrHxhHKd00wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2hvcC5leGFtcGxlMB4XDTI2MTEyMTE2NDcyMloXDTI3MTEy
MTE2NDcyMlowFzEVMBMGA1UEAwwMc2hvcC5leGFtcGxlMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEXCZO83WgC66c7M0El9dCs4mqQ7f9jPT5Fpz9RLoLQSigvz0T
wHKyQR1d+U8i15qMqiWJSHSJfAxwrMuW1Sio6aNTMFEwHQYDVR0OBBYEFE42S39+
LpaTykcWf7TrNgPgw5S4MB8GA1UdIwQYMBaAFE42S39+LpaTykcWf7TrNgPgw5S4
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgd6xxuHv+O3+mQMJj
2NDPjhTBgb0H12ffYqUObnbRMQsCIHCfi3UaNdsMpJ/+2sqcf6H3kNw2oqcCDDax
uJy3iV/e
-----END CERTIFICATE-----
`;
const KEY = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5IGF0IGFsbA==\n-----END PRIVATE KEY-----\n";

describe("a certificate", () => {
  const VERDICTS: readonly (readonly [day: string, verdicts: readonly string[]])[] = [
    ["2026-11-01", ["early"]],
    ["2027-01-01", []],
    ["2027-10-20", []],
    ["2027-10-30", ["expiring"]],
    ["2027-11-22", ["expired"]],
  ];
  for (const [day, verdicts] of VERDICTS) {
    it(`is ${verdicts[0] ?? "in order"} on ${day}`, () => {
      const found = judgeCertificates(Buffer.from(CERTIFICATE), Date.parse(day));
      assert.deepEqual(
        found.map(({ verdict }) => verdict),
        verdicts,
      );
    });
  }

  it("is looked at in a chain, each of them, and where there is no PEM", () => {
    const late = Date.parse("2028-01-01");
    assert.equal(judgeCertificates(Buffer.from(CERTIFICATE + CERTIFICATE), late).length, 2);
    const [, base64 = ""] = /-----\n([^-]*)-----/.exec(CERTIFICATE) ?? [];
    const [der] = judgeCertificates(Buffer.from(base64, "base64"), late);
    assert.match(der?.description ?? "", /^CN=shop\.example has expired on 2027-11-21$/);
  });

  it("is called damaged when it is cut off, or no certificate inside", () => {
    const now = Date.parse("2027-01-01");
    for (const text of [CERTIFICATE.slice(0, 300), CERTIFICATE.replace("MIIB", "AAAA")])
      assert.deepEqual(
        judgeCertificates(Buffer.from(text), now).map(({ verdict }) => verdict),
        ["damaged"],
      );
  });
});

describe("a file of variables", () => {
  const GOOD = [
    "",
    "# a comment\n\nPORT=80\r\nexport NAME = value with blanks\nEMPTY=\n",
    'A=\'one\' # why\nB="two \\" words"\nC=`three`\nKEY="-----BEGIN\nof two lines\n-----"\nD=it\'s\n',
    "\uFEFFA=1",
  ];
  for (const text of GOOD)
    it(`parses: ${JSON.stringify(text)}`, () =>
      assert.equal(findEnvProblem(Buffer.from(text)), null));

  const BAD: readonly (readonly [text: string, line: number])[] = [
    ["A=1\nB\n", 2],
    ["A B=1\n", 1],
    ["1A=1\n", 1],
    ["=1\n", 1],
    ['A=1\nB="open\nC=2\n', 2],
    ["A='x' y\n", 1],
    ["<<<<<<< HEAD\nA=1\n", 1],
    ["A=1\0\n", 1],
    ["A=1\nB=\xff\n", 2],
  ];
  for (const [text, line] of BAD)
    it(`does not parse: ${JSON.stringify(text)}`, () =>
      assert.equal(findEnvProblem(Buffer.from(text, "latin1"))?.line, line));
});

describe("what a tree leaves alone", () => {
  const CASES: readonly (readonly [patterns: string[], path: string, isOut: boolean])[] = [
    [["*.tmp"], "a/b.tmp", true],
    [["*.tmp"], "a.tmp/b", false],
    [["/a.tmp"], "b/a.tmp", false],
    [["/a.tmp"], "a.tmp", true],
    [["a/*.log"], "a/b/c.log", false],
    [["a/**/c.log"], "a/b/b/c.log", true],
    [["a/**/c.log"], "a/c.log", true],
    [["a/**"], "a/b", true],
    [["**/x"], "x", true],
    [["cache/"], "cache", false],
    [["*.log", "!keep.log"], "keep.log", false],
    [["[ab]?.t"], "b1.t", true],
    [["[!ab]?.t"], "b1.t", false],
    [["gr?n"], Buffer.from("grün").toString("latin1"), true],
    [["a.c"], "abc", false],
    [["\\*"], "a", false],
    [["\\*"], "*", true],
    [["(a|b)+"], "a", false],
  ];
  for (const [patterns, path, isOut] of CASES)
    it(`${JSON.stringify(patterns)} ${isOut ? "names" : "does not name"} ${path}`, () =>
      assert.equal(exclusionOf(patterns)(path, false), isOut));

  it("is a folder, where the pattern ends like one", () =>
    assert.ok(exclusionOf(["cache/"])("a/cache", true)));
});

describe("a look at a tree", () => {
  it("names what is wrong in it, and quotes no secret", async () => {
    const seen = await lookAt((root) => {
      writeFileSync(`${root}/old.crt`, CERTIFICATE);
      writeFileSync(`${root}/tls.key`, KEY);
      chmodSync(`${root}/tls.key`, 0o640);
      writeFileSync(`${root}/id_ed25519`, KEY, { mode: 0o644 });
      writeFileSync(`${root}/closed.key`, KEY);
      chmodSync(`${root}/closed.key`, 0o600);
      writeFileSync(`${root}/about-keys.md`, `A key begins with\n${KEY}`);
      writeFileSync(`${root}/.env`, 'TOKEN="hunter2\n');
      writeFileSync(`${root}/.x.swp`, "vim was here");
      writeFileSync(`${root}/zeros`, Buffer.alloc(200_000));
      writeFileSync(`${root}/nothing`, "");
      symlinkSync("gone", `${root}/dangling`);
      symlinkSync("nothing/below", `${root}/dangling-too`);
      symlinkSync("loop", `${root}/loop`);
      symlinkSync("../..", `${root}/up`);
      symlinkSync("/etc/hosts", `${root}/hosts`);
      symlinkSync(`${root}/nothing`, `${root}/inside`);
      linkSync(`${root}/nothing`, `${root}/../elsewhere`);
    });
    assert.deepEqual(seen, {
      audit: [
        ["files.env.syntax", ".env"],
        ["files.key.exposed", "id_ed25519"],
        ["files.certificate.expired", "old.crt"],
        ["files.key.exposed", "tls.key"],
      ],
      integrity: [
        ["files.link.dangling", "dangling"],
        ["files.link.dangling", "dangling-too"],
        ["files.link.outside", "hosts"],
        ["files.link.dangling", "loop"],
        ["files.link.outside", "up"],
        ["files.hardlink.outside", "nothing"],
      ],
      scan: [
        ["files.content.leftover", ".x.swp"],
        ["files.content.zeros", "zeros"],
      ],
    });
  });
});

/** Code and file of all that the three looks see, in 2028. */
async function lookAt(
  build: (root: string) => void,
): Promise<Readonly<Record<InspectionKind, readonly (readonly (string | undefined)[])[]>>> {
  const world = { ...systemWorld(), now: () => Date.parse("2028-01-01") };
  await using bench = await treeBench({ world });
  const root = bench.path("live");
  mkdirSync(root);
  build(root);
  await using store = await bench.open(root);
  await using specimen = await store.hold(signal);
  const see = async (kind: InspectionKind): Promise<(string | undefined)[][]> => {
    const { observations, files } = await specimen.inspect(kind, signal);
    assert.doesNotMatch(JSON.stringify({ observations, files }), /hunter2|bm90/);
    return observations.map(({ code, location }) => [code, location.file]);
  };
  return { audit: await see("audit"), integrity: await see("integrity"), scan: await see("scan") };
}
