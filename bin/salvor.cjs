#!/usr/bin/env node
"use strict";
// Read by any Node, however old: no syntax newer than ES5 before the version is known to be enough.
var MINIMUM = [24, 12];

function isOldNode() {
  var version = process.versions.node.split(".");
  var major = Number(version[0]);
  return major < MINIMUM[0] || (major === MINIMUM[0] && Number(version[1]) < MINIMUM[1]);
}

function start() {
  var fs = require("fs");
  var path = require("path");
  var words = process.argv.slice(2);
  if (words.length === 1 && words[0] === "--version") {
    console.log(require("../package.json").version);
    return;
  }
  require("module").enableCompileCache();
  quietExperiments();
  var source = path.join(__dirname, "../src/cli/main.ts");
  var built = path.join(__dirname, "../dist/cli/main.js");
  // Such a Node reads modules through require as well; import() would be no syntax for an old one.
  require(fs.existsSync(source) ? source : built)
    .main(words)
    .then(function (status) {
      process.exit(status);
    });
}

// On Node 24, SQLite still announces itself as an experiment at each start.
function quietExperiments() {
  process.removeAllListeners("warning");
  process.on("warning", function (warning) {
    if (warning.name !== "ExperimentalWarning") console.error(String(warning));
  });
}

if (isOldNode()) {
  process.stderr.write(
    "salvor: needs Node " +
      MINIMUM.join(".") +
      " or newer, and this is Node " +
      process.versions.node +
      ".\n",
  );
  process.exitCode = 2;
} else {
  start();
}
