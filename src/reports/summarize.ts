import type { Finding } from "../checks/types.ts";
import { count, counted, moment } from "../core/text.ts";
import type { RunStatus } from "../plans/types.ts";
import type { ReportDocument, ReportRun, ReportSummary, Standing } from "./types.ts";

/** What a summary is drawn from. */
export type ReportContent = Pick<
  ReportDocument,
  "stores" | "findings" | "incidents" | "runs" | "proofs" | "losses"
>;

/** The first lines of a report: how it stands, in one sentence and in numbers. */
export function summarize(
  system: string,
  content: ReportContent,
  durationMs: number | null,
): ReportSummary {
  const { findings, losses, proofs, runs } = content;
  const current = currentOf(content);
  const trouble = troubleOf(system, current);
  const standing = standingOf(trouble, current.losses.length);
  const withStatus = (status: string) => findings.filter((each) => each.status === status).length;
  return {
    verdict: verdictOf(current, trouble),
    standing,
    sound: standing === "sound",
    findings: {
      open: withStatus("open"),
      acknowledged: withStatus("acknowledged"),
      resolved: withStatus("resolved"),
    },
    losses: losses.length,
    proofs: {
      equal: proofs.filter(({ equal }) => equal).length,
      unequal: proofs.filter(({ equal }) => !equal).length,
    },
    durationMs: durationMs ?? total(runs.map((run) => run.durationMs)),
    rpoMs: largest(runs.map((run) => run.rpoMs)),
  };
}

/** What counts now: of the runs of one subject the newest one, with its proofs and losses. */
function currentOf(content: ReportContent): ReportContent {
  const runs = newestRuns(content.runs);
  const newest = new Set(runs);
  const older = content.runs.filter((run) => !newest.has(run));
  const settled = new Set<unknown>(older.flatMap((run) => [...run.proofs, ...run.losses]));
  for (const each of runs.flatMap((run) => [...run.proofs, ...run.losses])) settled.delete(each);
  return {
    ...content,
    runs,
    proofs: content.proofs.filter((proof) => !settled.has(proof)),
    losses: content.losses.filter((loss) => !settled.has(loss)),
  };
}

function standingOf(trouble: readonly string[], losses: number): Standing {
  if (trouble.length > 0) return "unsound";
  return losses > 0 ? "losses" : "sound";
}

function verdictOf(content: ReportContent, trouble: readonly string[]): string {
  const { losses } = content;
  if (trouble.length === 0) {
    return losses.length > 0 ? lossVerdict(content) : soundVerdict(content);
  }
  const lost = losses.length === 0 ? [] : [lostText(losses.length)];
  return [...trouble, ...lost]
    .map((part, index) => (index === 0 ? part : part.replace(/^The /, "the ")))
    .join("; ");
}

/** Everything that somebody must still do something about, each as half a sentence. */
function troubleOf(system: string, content: ReportContent): readonly string[] {
  const hurting = content.findings.filter(isHurting);
  const unequal = content.proofs.filter(({ equal }) => !equal).map(({ store }) => store);
  const told = new Set([...hurting.map(({ store }) => store), ...unequal]);
  const silent = content.stores.filter(({ sound, store }) => !sound && !told.has(store));
  return [
    ...damageText(system, hurting),
    ...(unequal.length === 0 ? [] : [differsText(unequal)]),
    ...(silent.length === 0
      ? []
      : [
          isText(
            silent.map(({ store }) => store),
            "not sound",
          ),
        ]),
    ...content.runs.flatMap(unfinishedText),
  ];
}

function isHurting({ status, severity }: Finding): boolean {
  return status === "open" && ["critical", "high", "medium"].includes(severity);
}

/** What is wrong with the data themselves; the rest is wrong around them. */
const DAMAGE: readonly string[] = ["corruption", "structure", "reference", "rule", "metadata"];

function damageText(system: string, hurting: readonly Finding[]): readonly string[] {
  if (hurting.length === 0) return [];
  const isDamage = hurting.some(({ category }) => DAMAGE.includes(category));
  const what = isText(
    hurting.map(({ store }) => store ?? system),
    isDamage ? "damaged" : "in trouble",
  );
  return [`${what}: ${counted(hurting.length, "finding")} ${be(hurting.length)} open`];
}

function differsText(stores: readonly string[]): string {
  const names = new Set(stores);
  return `${namesText(names)} ${names.size === 1 ? "differs" : "differ"} from what was expected`;
}

/** The newest run of each subject: what an older one found, lost or failed at is history. */
function newestRuns(runs: readonly ReportRun[]): readonly ReportRun[] {
  const newest = new Map<string, ReportRun>();
  for (const run of runs.toSorted((a, b) => compareTimes(a.startedAt, b.startedAt))) {
    newest.set(run.subject.toSorted().join("\0"), run);
  }
  return [...newest.values()];
}

function compareTimes(left: string | null, right: string | null): number {
  const [a, b] = [left ?? "\uffff", right ?? "\uffff"];
  return a === b ? 0 : a < b ? -1 : 1;
}

const UNFINISHED: Partial<Record<RunStatus, string>> = {
  running: "is still running",
  awaiting_approval: "waits for approval",
  failed: "failed",
  interrupted: 'was interrupted ("salvor resume" finishes or undoes it)',
};

function unfinishedText({ status, plan, subject }: ReportRun): readonly string[] {
  const end = UNFINISHED[status];
  return end === undefined ? [] : [`The run ${plan} of ${namesText(new Set(subject))} ${end}`];
}

function lossVerdict({ runs, losses, proofs }: ReportContent): string {
  const restored = runs.find((run) => run.restoredFrom !== null && run.losses.length > 0);
  const isWhole = restored?.restoredFrom && proofs.every(({ basis }) => basis === "snapshot");
  if (!isWhole) {
    return `What could be saved was saved; ${lostText(losses.length)}`;
  }
  const at = moment(restored.restoredFrom.at);
  return `Restored from the backup of ${at}; what was committed after it is lost and listed below`;
}

function soundVerdict(content: ReportContent): string {
  const { runs, findings, proofs } = content;
  const stopped = runs.find(({ status }) => status === "undone" || status === "cancelled");
  const mended = runs.some(({ status }) => status === "succeeded");
  const hasResolved = findings.some(({ status }) => status === "resolved");
  if (stopped !== undefined) return `The run ${stopped.plan} was ${stopped.status}${rest(content)}`;
  if (!mended) return `${calmText(content)}${rest(content)}`;
  const done = hasResolved ? "Everything was mended" : "Everything was done";
  return `${done}${proofs.length > 0 ? "; nothing was lost" : ""}${rest(content)}`;
}

function calmText({ stores, runs }: ReportContent): string {
  if (runs.some(({ status }) => status === "planned")) return "Nothing has been done yet";
  if (stores.length === 0) return "No store was looked at";
  const [first, ...others] = stores;
  return first !== undefined && others.length === 0
    ? `${first.store} is sound`
    : `All ${stores.length} stores are sound`;
}

/** What is sound and still worth a word. */
function rest({ findings }: ReportContent): string {
  const notices = findings.filter(({ status }) => status === "open").length;
  const accepted = findings.filter(({ status }) => status === "acknowledged").length;
  return [
    ...(notices === 0 ? [] : [`; ${counted(notices, "notice")} ${be(notices)} open`]),
    ...(accepted === 0 ? [] : [`; ${counted(accepted, "finding")} ${be(accepted)} acknowledged`]),
  ].join("");
}

function lostText(losses: number): string {
  return losses === 1 ? "1 loss is listed below" : `${count(losses)} losses are listed below`;
}

function isText(names: readonly string[], what: string): string {
  const different = new Set(names);
  return `${namesText(different)} ${be(different.size)} ${what}`;
}

const NAMES_SHOWN = 3;

function namesText(names: ReadonlySet<string>): string {
  const all = [...names];
  if (all.length > NAMES_SHOWN) return counted(all.length, "store");
  return all.length < 2 ? all.join("") : `${all.slice(0, -1).join(", ")} and ${all.at(-1) ?? ""}`;
}

function be(number: number): string {
  return number === 1 ? "is" : "are";
}

function known(values: readonly (number | null)[]): readonly number[] {
  return values.filter((value) => value !== null);
}

function total(values: readonly (number | null)[]): number | null {
  const there = known(values);
  return there.length === 0 ? null : there.reduce((sum, value) => sum + value, 0);
}

function largest(values: readonly (number | null)[]): number | null {
  const there = known(values);
  return there.length === 0 ? null : there.reduce((most, value) => Math.max(most, value));
}
