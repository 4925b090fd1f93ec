import type {
  AuditedStore,
  IntegrityStore,
  LookDocument,
  LookedStore,
  ScannedStore,
} from "../../app/look-documents.ts";
import type { ExitStatus } from "../exit-status.ts";
import { findingLines } from "./findings.ts";
import type { Style } from "./style.ts";
import { count, counted, duration, moment, safe, size, table } from "./text.ts";

/** 1 when something of severity medium or above is open. */
export function lookStatus({ sound }: { readonly sound: boolean }): ExitStatus {
  return sound ? 0 : 1;
}

/** What a look has shown: a line or more a store, then the findings. */
export function lookLines<Store extends LookedStore>(
  document: LookDocument<Store>,
  style: Style,
  details: (store: Store, style: Style) => readonly string[],
): readonly string[] {
  return [
    ...document.stores.flatMap((store) => [verdictLine(store, style), ...details(store, style)]),
    ...findingLines(document.findings, style),
    ...reportLine(document.reports),
  ];
}

function verdictLine({ store, sound, complete, durationMs }: LookedStore, style: Style): string {
  const verdict = sound ? style.paint("good", "sound") : style.paint("bad", "not sound");
  const limit = complete ? "" : ", but not everything could be looked at";
  return `${style.paint("strong", safe(store))}: ${verdict}${limit}  ${style.paint("faint", duration(durationMs))}`;
}

/** Where the report lies. */
export function reportLine(reports: { readonly html: string } | null): readonly string[] {
  return reports === null ? [] : [`report: ${safe(reports.html)}`];
}

/** Files, counts, and what differs from the last receipt. */
export function auditDetails(store: AuditedStore): readonly string[] {
  const { internal } = store.properties;
  const isInternal = (name: string): boolean => Array.isArray(internal) && internal.includes(name);
  const counts = Object.entries(store.collections)
    .filter(([name]) => !isInternal(name))
    .map(([, rows]) => rows);
  const rows = counts.reduce((sum, each) => sum + each, 0);
  const { structure, metadata } = store;
  return [
    ...fileLines(store.files),
    `  ${counted(counts.length, "collection")}, ${counted(rows, "row")}`,
    ...namesLine("missing since the last backup", structure.missing),
    ...namesLine("new since the last backup", structure.unexpected),
    ...namesLine("metadata", metadata.differences),
  ];
}

/** So many files of a store stand on a screen; the document has them all. */
const FILES_SHOWN = 20;

/** Of many files, those that are not as they should be. */
function fileLines(files: AuditedStore["files"]): readonly string[] {
  if (files.length <= FILES_SHOWN) return files.map(fileLine);
  const bad = files.filter(({ exists, error }) => !exists || error !== null);
  const shown = bad.slice(0, FILES_SHOWN);
  const more = bad.length - shown.length;
  const sound = shown.length === 0 ? "its files" : "its other files";
  const others = more > 0 ? `and ${counted(more, "more file")} with a fault` : sound;
  return [...shown.map(fileLine), `  ${others}: --json lists them`];
}

function fileLine({
  path,
  exists,
  sizeBytes,
  modifiedAt,
  error,
}: AuditedStore["files"][number]): string {
  if (!exists) return `  ${safe(path)} is missing`;
  const changed = modifiedAt === null ? "" : `, ${moment(modifiedAt)}`;
  return `  ${safe(path)}  ${size(sizeBytes ?? 0)}${changed}${error === null ? "" : `: ${safe(error)}`}`;
}

function namesLine(what: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`  ${what}: ${names.map(safe).join(", ")}`];
}

/** The owner's rules. */
export function integrityDetails(store: IntegrityStore, style: Style): readonly string[] {
  return [
    `  ${count(store.checked)} checked against schema and rules`,
    ...table(
      store.rules.map(({ name, breaches }) => [
        `  ${safe(name)}`,
        breaches === 0
          ? style.paint("good", "holds")
          : style.paint("bad", `broken by ${count(breaches)}`),
      ]),
    ),
  ];
}

/** So many cells has the map of a file's pages on a screen. */
const MAP_CELLS = 60;

/** Pages by verdict, and a map of where the bad ones are. */
export function scanDetails(store: ScannedStore, style: Style): readonly string[] {
  const verdicts = Object.entries(store.pages).map(
    ([verdict, pages]) => `${verdict} ${count(pages)}`,
  );
  return [
    verdicts.length === 0
      ? `  ${count(store.checked)} looked at`
      : `  ${counted(store.checked, "page")}: ${verdicts.map(safe).join(", ")}`,
    ...(store.pageMap.length === 0 ? [] : mapLines(store, style)),
  ];
}

/** One cell a stretch of pages; a cell with a page that is not sound is marked. */
function mapLines({ checked, pageMap }: ScannedStore, style: Style): readonly string[] {
  const cells = Math.min(MAP_CELLS, Math.max(1, checked));
  const isBad = Array.from({ length: cells }, () => false);
  const cellOf = (page: number): number =>
    Math.min(cells - 1, Math.max(0, Math.floor(((page - 1) * cells) / Math.max(1, checked))));
  for (const { pages } of pageMap) {
    isBad.fill(true, cellOf(pages[0]), cellOf(pages[1]) + 1);
  }
  const drawn = isBad.map((bad) => (bad ? style.paint("bad", "X") : style.paint("faint", "·")));
  return [`  |${drawn.join("")}|`, `  X: pages that are damaged, of ${count(checked)}`];
}
