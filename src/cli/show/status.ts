import type { StatusDocument } from "../../app/types.ts";
import { levelText } from "./snapshots.ts";
import type { Style } from "./style.ts";
import { duration, safe, shortId, table } from "./text.ts";

/** The state of the whole on one screen. */
export function statusLines(status: StatusDocument, style: Style): readonly string[] {
  const mode =
    status.mode === "normal" ? style.paint("good", "normal") : style.paint("bad", "EMERGENCY");
  return [
    `${style.paint("strong", safe(status.system))}: ${mode}`,
    ...(status.reason === null ? [] : [`reason: ${safe(status.reason)}`]),
    ...table(
      status.components.map(({ id, state, detail }) => [`  ${safe(id)}`, state, safe(detail)]),
    ),
    ...backupLines(status, style),
    ...status.interrupted.map(
      (run) => `${style.paint("warning", "interrupted")}: ${safe(run)}; run "salvor resume"`,
    ),
  ];
}

function backupLines({ backups }: StatusDocument, style: Style): readonly string[] {
  if (backups.length === 0) return ["no stores are configured"];
  return table(
    backups.map(({ store, snapshot, ageMs, level }) => [
      `  ${safe(store)}`,
      snapshot === null ? style.paint("bad", "never backed up") : shortId(snapshot),
      ageMs === null ? "" : `${duration(ageMs)} old`,
      snapshot === null ? "" : levelText(level, style),
    ]),
  );
}
