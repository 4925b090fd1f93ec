import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { defineCommand } from "./command.ts";
import { parseLine } from "./parse.ts";

const mend = defineCommand({
  name: "mend",
  purpose: "",
  args: { what: { help: "", choices: ["hull", "sail"] }, rest: { help: "", many: true } },
  flags: {
    to: { type: "string", value: "place", help: "" },
    keep: { type: "count", value: "n", help: "" },
    how: { type: "choice", choices: ["slow", "fast"], help: "" },
    with: { type: "list", value: "part", help: "" },
    wet: { type: "boolean", help: "" },
  },
  changes: true,
  statuses: [],
  example: "",
  run: () => Promise.reject(new Error("not to be run")),
});

const parse = (line: string) => parseLine(mend, line.split(" "));

function refuses(line: string, message: RegExp, hint = /"salvor mend --help"/): void {
  assert.throws(() => parse(line), { code: "USAGE", message, hint });
}

describe("the words of a command", () => {
  it("are arguments and flags in any order", () => {
    const { args, flags, global, change } = parse("--wet hull a --to x --keep=7 b --json --yes");
    assert.deepEqual(args, { what: "hull", rest: ["a", "b"] });
    assert.deepEqual(flags, { to: "x", keep: 7, how: undefined, with: undefined, wet: true });
    assert.deepEqual([global.json, global.quiet, global.color], [true, false, true]);
    assert.deepEqual(change, { dryRun: false, yes: true, reason: undefined });
  });

  it("may repeat a flag, whose last value counts", () => {
    assert.equal(parse("hull --to a --to=b").flags["to"], "b");
  });

  it("may repeat a flag that is a list, and all of its values count", () => {
    assert.deepEqual(parse("hull --with a,b --with=-c").flags["with"], ["a,b", "-c"]);
    refuses("hull --with a --with", /--with needs a value: --with <part>\.\.\./);
  });

  it("stop being flags after a lone --", () => {
    assert.deepEqual(parse("hull -- --wet").args["rest"], ["--wet"]);
  });

  it("are never a flag where a value was forgotten", () => {
    refuses("hull --to --yes", /^--to needs a value; .* --to=--yes$/);
    refuses("hull --to", /^--to needs a value: --to <place>$/);
    assert.equal(parse("hull --to=--yes").flags["to"], "--yes");
  });

  it("are refused when they are unknown, with the nearest that is known", () => {
    refuses("hull --wte", /^unknown option --wte$/, /Did you mean --wet\?/);
    refuses("hull -w", /^unknown option -w$/);
    refuses("hull --constructor", /^unknown option --constructor$/);
    refuses("sial", /^<what> is one of hull, sail, not "sial"$/, /Did you mean sail\?/);
  });

  it("are refused when a value does not fit", () => {
    refuses("hull --how quick", /^--how is one of slow, fast, not "quick"$/);
    refuses("hull --keep 1e3", /^--keep is a whole number from 0 to 999999, not "1e3"$/);
    refuses("hull --keep=-1", /^--keep is a whole number/);
    refuses("hull --wet=no", /^--wet takes no value$/);
  });

  it("are refused when one is missing or too many", () => {
    refuses("--wet", /^the argument <what> is missing$/);
    const one = defineCommand({ ...mend, args: { what: { help: "", optional: true } } });
    assert.deepEqual(parseLine(one, []).args, { what: undefined });
    assert.throws(() => parseLine(one, ["a", "b"]), { message: '"b" is one word too many' });
  });
});
