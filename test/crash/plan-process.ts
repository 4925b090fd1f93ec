import { systemWorld } from "../../src/core/world.ts";
import { openState } from "../../src/state/open-state.ts";
import { fileEngine, filePlan, mortal } from "./file-plan.ts";

// Starts or resumes the plan of files and kills itself at one point: before or after a commit of the
// journal, before or after an effect. node plan-process.ts <state> <folder> <plan> <point>
// <plan>: whole | broken | resume

const [stateFolder = "", folder = "", kind = "", at = ""] = process.argv.slice(2);
let points = 0;

function point(): void {
  points += 1;
  if (points === Number(at)) process.kill(process.pid, "SIGKILL");
}

using state = await openState(stateFolder, systemWorld());
const engine = fileEngine(mortal(state, point), point);
const { signal } = new AbortController();
if (kind === "resume") await engine.resumeAll("test", signal);
else {
  const options = { by: "test", reason: null, confirmed: true };
  await engine.start(filePlan(folder, kind === "broken"), options, signal);
}
process.stdout.write(JSON.stringify({ points }));
