import assert from "node:assert/strict";
import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { describe, it } from "node:test";

import { temporaryFolder } from "../../test/support/folder.ts";
import { nodeDisk } from "../core/disk.ts";
import { formatOfPath } from "./format-of-path.ts";
import { renderReport } from "./render-report.ts";
import { crowdedReport, report } from "./samples.ts";
import { writeReport } from "./write-report.ts";

describe("a written report", () => {
  it("is the rendered one, readable to its owner alone, and leaves nothing beside it", async () => {
    await using folder = await temporaryFolder();
    const path = folder.join("report.md");
    const document = crowdedReport(300);
    await writeFile(path, "an older report", { mode: 0o644 });
    await writeReport(nodeDisk, path, document, "md");
    assert.equal(await readFile(path, "utf8"), [...renderReport(document, "md")].join(""));
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await nodeDisk.list(folder.path), ["report.md"]);
  });

  it("does not follow a link that lies where its draft goes", async () => {
    await using folder = await temporaryFolder();
    const victim = folder.join("victim");
    await writeFile(victim, "precious");
    await symlink(victim, folder.join("report.json.draft"));
    await writeReport(nodeDisk, folder.join("report.json"), report(), "json");
    assert.equal(await readFile(victim, "utf8"), "precious");
  });
});

describe("the ending of a report's name", () => {
  it("tells its format", () => {
    const formats = ["a.json", "b.XML", "c.html", "d.htm", "/x.y/e.md"].map(formatOfPath);
    assert.deepEqual(formats, ["json", "xml", "html", "html", "md"]);
  });

  it("that tells none is refused with those that do", () => {
    for (const path of ["report", "report.pdf", "json", ".constructor"]) {
      assert.throws(() => formatOfPath(path), {
        code: "USAGE",
        hint: "Name a file that ends in .json, .xml, .html, .htm, .md, or give --format.",
      });
    }
  });
});
