import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { decideDocument, type DocumentAction, type DocumentFacts } from "./decide.ts";

const WHOLE: DocumentFacts = {
  repair: "repaired",
  isWhole: true,
  breaches: 0,
  hasVersion: true,
  isSound: false,
  isRemovable: true,
};

const NOTHING: Partial<DocumentFacts> = { hasVersion: false };

describe("what is done about a document", () => {
  for (const [action, what, facts] of [
    ["repair", "what a certain repair makes whole", {}],
    ["repair", "the same, where nothing else has it", NOTHING],
    ["restore", "what a repair leaves without its key", { isWhole: false }],
    ["restore", "what a repair leaves broken by its rules", { breaches: 1 }],
    ["restore", "what lacks a part", { repair: "partial" }],
    ["restore", "what nobody can read", { repair: "lost", isWhole: false }],
    ["restore", "what is sound, and wrong", { repair: "exact", isSound: true }],
    ["repair", "what breaks a rule and nothing else has", { ...NOTHING, breaches: 2 }],
    ["keep-part", "a part that keeps all rules", { ...NOTHING, repair: "partial" }],
    ["take-out", "a part that breaks one", { ...NOTHING, repair: "partial", breaches: 1 }],
    ["take-out", "a part without its key", { ...NOTHING, repair: "partial", isWhole: false }],
    ["take-out", "nothing that can be read", { ...NOTHING, repair: "lost", isWhole: false }],
    [
      "leave",
      "a file that must be there by its name",
      { ...NOTHING, repair: "lost", isWhole: false, isRemovable: false },
    ],
    ["leave", "what somebody can still read", { ...NOTHING, repair: "exact", isSound: true }],
  ] satisfies readonly (readonly [DocumentAction, string, Partial<DocumentFacts>])[]) {
    it(`is to ${action} ${what}`, () => {
      assert.equal(decideDocument({ ...WHOLE, ...facts }), action);
    });
  }
});
