import assert from "node:assert/strict";
import { describe, it } from "node:test";

import type { ReportInput } from "./build-report.ts";
import { finding, losses, proof, report, run, store } from "./samples.ts";

const resolved = { status: "resolved", resolvedAt: "2026-11-21T13:09:04.210Z" } as const;
const unequal = proof({ equal: false });

describe("the verdict of a report", () => {
  const verdicts: readonly (readonly [verdict: string, input: Partial<ReportInput>])[] = [
    ["shop is sound", { stores: [store()] }],
    ["All 2 stores are sound", {}],
    ["No store was looked at", { stores: [] }],
    ["shop is damaged: 1 finding is open", { findings: [finding()] }],
    [
      "shop and orders are damaged: 3 findings are open",
      { findings: [finding(), finding(), finding({ store: "orders" })] },
    ],
    [
      "shop of the museum is in trouble: 1 finding is open",
      { findings: [finding({ store: null, category: "hardware" })] },
    ],
    [
      "All 2 stores are sound; 1 notice is open; 1 finding is acknowledged",
      { findings: [finding({ severity: "low" }), finding({ status: "acknowledged" })] },
    ],
    ["shop is not sound", { stores: [store({ sound: false })] }],
    ["shop differs from what was expected", { proofs: [unequal] }],
    ["Everything was mended; nothing was lost", { findings: [finding(resolved)], runs: [run()] }],
    ["Everything was mended", { findings: [finding(resolved)], runs: [run({ proofs: [] })] }],
    [
      "Restored from the backup of 2026-11-21 12:00:00 UTC; what was committed after it is lost and listed below",
      { runs: [run({ losses: losses(2) })] },
    ],
    [
      "What could be saved was saved; 2 losses are listed below",
      { runs: [run({ losses: losses(2), proofs: [proof({ basis: "merge" })] })] },
    ],
    [
      "shop is damaged: 1 finding is open; the run recover of shop failed; 1 loss is listed below",
      { findings: [finding()], runs: [run({ status: "failed" })], losses: losses(1) },
    ],
    [
      'The run recover of shop was interrupted ("salvor resume" finishes or undoes it)',
      { runs: [run({ status: "interrupted" })] },
    ],
    ["The run recover was undone", { runs: [run({ status: "undone" })] }],
    [
      "Nothing has been done yet",
      { runs: [run({ status: "planned", startedAt: null, proofs: [] })] },
    ],
  ];
  for (const [verdict, input] of verdicts) {
    it(`can be: ${verdict}`, () => assert.equal(report(input).summary.verdict, verdict));
  }

  it("lets a run that failed be forgotten once a later one of the same store succeeded", () => {
    const failed = run({ status: "failed", startedAt: "2026-11-21T10:00:00.000Z", proofs: [] });
    assert.equal(report({ runs: [run(), failed] }).summary.standing, "sound");
    const later = { ...failed, startedAt: "2026-11-21T15:00:00.000Z" };
    assert.equal(report({ runs: [run(), later] }).summary.standing, "unsound");
  });

  it("judges by the newest run of a store: what an older one lost or failed to prove is history", () => {
    const earlier = "2026-11-20T10:00:00.000Z";
    const older = run({ startedAt: earlier, losses: losses(2), proofs: [unequal] });
    const { summary, losses: listed } = report({ runs: [older, run()] });
    assert.equal(summary.standing, "sound");
    assert.deepEqual([listed.length, summary.losses, summary.proofs.unequal], [2, 2, 1]);
    assert.equal(
      report({ runs: [{ ...run(), startedAt: earlier }, run({ losses: losses(1) })] }).summary
        .standing,
      "losses",
    );
  });

  it("takes no comfort from a proof that was equal before its run failed", () => {
    const { summary, proofs } = report({ runs: [run({ status: "undone" })] });
    assert.deepEqual([proofs.length, summary.proofs.equal], [0, 0]);
  });

  it("is sound only without open findings of medium or above, losses and unequal proofs", () => {
    const standing = (input: Partial<ReportInput>): string => report(input).summary.standing;
    assert.equal(standing({}), "sound");
    assert.equal(standing({ findings: [finding({ severity: "medium" })] }), "unsound");
    assert.equal(standing({ findings: [finding({ severity: "low" })] }), "sound");
    assert.equal(standing({ losses: losses(1) }), "losses");
    assert.equal(standing({ losses: losses(1), proofs: [unequal] }), "unsound");
    assert.equal(report({ losses: losses(1) }).summary.sound, false);
  });
});

describe("a report", () => {
  it("counts each finding, loss and proof once, and adds up the time of the runs", () => {
    const shared = proof();
    const { summary, proofs } = report({
      findings: [finding(), finding({ status: "acknowledged" }), finding(resolved)],
      runs: [run({ proofs: [shared], losses: losses(3) }), run({ proofs: [shared], rpoMs: 1 })],
      proofs: [shared, unequal],
    });
    assert.deepEqual(summary.findings, { open: 1, acknowledged: 1, resolved: 1 });
    assert.deepEqual(summary.proofs, { equal: 1, unequal: 1 });
    assert.equal(proofs.length, 2);
    assert.equal(summary.losses, 3);
    assert.equal(summary.durationMs, 8_420);
    assert.equal(summary.rpoMs, 65 * 60_000);
  });

  it("tells in their order what was found, done and resolved; findings of one look are one", () => {
    const { timeline } = report({
      stores: [store()],
      findings: [finding(resolved), finding({ ...resolved, severity: "high" })],
      runs: [run({ steps: run().steps.slice(0, 1) })],
      events: [
        { at: "2026-11-21T13:04:59.600Z", type: "scan", text: "scan of shop", durationMs: 8 },
      ],
    });
    assert.deepEqual(
      timeline.map(({ type, text }) => `${type}: ${text}`),
      [
        "backup: newest backup of shop, level complete",
        "scan: scan of shop",
        "finding: the scan of shop found 2 findings, at worst critical",
        "run: run recover of shop by anna, succeeded: pages are torn after the power cut",
        "step: quarantine the damaged state: succeeded",
        "resolved: 2 findings of shop resolved",
      ],
    );
  });

  it("holds at most 256 bytes of evidence, and no half of a character", () => {
    const evidence = `${"a".repeat(254)}€€`;
    const { findings } = report({ findings: [finding({ evidence })] });
    assert.deepEqual(
      findings.map((each) => each.evidence),
      ["a".repeat(254)],
    );
  });
});
