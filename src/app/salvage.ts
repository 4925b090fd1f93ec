import { basename, dirname, join } from "node:path";

import { nodeDisk, writeDurably } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import type { JsonObject } from "../core/json.ts";
import { entryModule } from "../core/module.ts";
import { timestamp } from "../core/world.ts";
import { salvageStore, type SalvageRequest } from "../recovery/salvage/salvage-store.ts";
import type { LostRange, Salvaged } from "../recovery/salvage/types.ts";
import { rankOf } from "../checks/severity.ts";
import { buildReport } from "../reports/build-report.ts";
import { writeReport } from "../reports/write-report.ts";
import type { BadRanges, RescueInput } from "../stores/files/rescue-task.ts";
import { syncTree } from "../stores/files/sync-tree.ts";
import { isBelow } from "./config/is-below.ts";
import { knownSnapshots } from "./known-snapshots.ts";
import { realPath } from "./real-path.ts";
import type { SalvageDocument, SalvageOptions } from "./salvage-document.ts";
import { salvageSubject, type SalvageSubject } from "./salvage-subject.ts";
import { openScratch } from "./scratch.ts";
import { driverNamed, type Session } from "./session.ts";
import { newest } from "./snapshot-names.ts";

/**
 * Reads what is readable of a store, damaged as it may be, into a new place, and mends there what can
 * be mended without a snapshot. The store itself is not changed, and no repository is needed.
 *
 * @throws {SalvorError} NOT_EMPTY when something lies at the target; REFUSED when it lies in the store.
 */
export async function salvage(
  session: Session,
  options: SalvageOptions,
  signal: AbortSignal,
): Promise<SalvageDocument> {
  const startedMs = session.world.elapsed();
  const subject = await salvageSubject(session, options);
  const target = session.path(options.to);
  await refuseTarget(subject, target);
  await using _emptied = { [Symbol.asyncDispose]: () => removeEmpty(draftsOf(target)) };
  await using work = await openScratch(draftsOf(target), session.world);
  const places = { work: work.path, keptAs: keptBeside(target) };
  const salvaged = await salvageInto(session, subject, places, signal);
  const draft = copyIn(work.path, subject);
  const isThere = (await nodeDisk.stat(draft)) !== null;
  const document = documentOf(subject, salvaged, isThere ? target : null, keptBeside(target));
  const durationMs = Math.round(session.world.elapsed() - startedMs);
  await writeReports(session, { subject, document, durationMs }, join(work.path, "kept"));
  await syncTree(work.path, signal);
  await refuseTarget(subject, target);
  await nodeDisk.rename(join(work.path, "kept"), document.kept);
  if (isThere) await nodeDisk.rename(draft, target);
  await nodeDisk.syncFolder(dirname(target));
  const { digest, losses } = document;
  await session.record("salvage", options.subject, "", { target, digest, losses: losses.length });
  return document;
}

/** What was mended lies beside, as it was and as it became. */
function keptBeside(target: string): string {
  return `${target}.salvage`;
}

/** A file's name stands in what is told of it, so the copy has it too. */
function copyIn(work: string, subject: SalvageSubject): string {
  return join(work, "copy", basename(addressOf(subject)));
}

/** A killed salvage leaves this alone, and the next one to this place removes it. */
function draftsOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.salvor-salvage`);
}

async function removeEmpty(folder: string): Promise<void> {
  const names = await nodeDisk.list(folder);
  if (names.every((name) => name === "lock")) await nodeDisk.removeFolder(folder);
}

async function refuseTarget(subject: SalvageSubject, target: string): Promise<void> {
  for (const path of [target, keptBeside(target)]) {
    if ((await nodeDisk.stat(path)) === null) continue;
    throw new SalvorError("NOT_EMPTY", `${path} exists already`, {
      hint: "Name a path that does not exist yet, or move it away first.",
    });
  }
  const source = await realPath(addressOf(subject));
  if (isBelow(await realPath(target), source)) {
    throw new SalvorError("REFUSED", `${target} lies in what is to be salvaged`, {
      hint: "Name a path outside of it, better on another disk.",
    });
  }
  if ((await nodeDisk.stat(dirname(target)))?.kind === "folder") return;
  throw new SalvorError("USAGE", `there is no folder ${dirname(target)}`, {
    hint: "Make it, or name another place with --to.",
  });
}

function addressOf({ driver, options }: Pick<SalvageSubject, "driver" | "options">): string {
  return driverNamed(driver).addressOf(options);
}

async function salvageInto(
  session: Session,
  subject: SalvageSubject,
  { work, keptAs }: { readonly work: string; readonly keptAs: string },
  signal: AbortSignal,
): Promise<Salvaged> {
  const { name, driver, options, hidden } = subject;
  const origin = addressOf(subject);
  const staged = subject.isFile ? await stage(session, origin, join(work, "in"), signal) : null;
  await using source =
    staged === null
      ? await session.openStore(name, driver, options)
      : await session.openStoreAt(name, driver, options, join(work, "in"));
  const copyAt = subject.isFile ? dirname(copyIn(work, subject)) : copyIn(work, subject);
  await using copy = await session.openStoreAt(name, driver, options, copyAt);
  const kept = join(work, "kept");
  await nodeDisk.makeFolder(kept);
  const request: SalvageRequest = {
    source,
    copy,
    origin: { path: origin, staged },
    amendments: driverNamed(driver).capabilities.amendments,
    exclude: excludeOf(options),
    scratch: work,
    kept,
    keptAs,
    hidden,
    expected: await expectedOf(session, subject, signal),
    hosts: await session.hosts(),
  };
  return await salvageStore(request, signal);
}

/** Copies a single file into a folder of its own, block by block where the disk fails. */
async function stage(
  session: Session,
  path: string,
  into: string,
  signal: AbortSignal,
): Promise<readonly LostRange[]> {
  await nodeDisk.makeFolder(into);
  const input: RescueInput = { root: dirname(path), path: rawName(path), into };
  const hosts = await session.hosts();
  const task = entryModule("stores/files/rescue-task");
  const bad = await hosts.run<BadRanges | null>("bytes", task, input, signal);
  if (bad === null) throw unreadable(path);
  return bad.map((bytes) => ({ file: path, bytes, reason: "the disk failed to read it" }));
}

function unreadable(path: string): SalvorError {
  return new SalvorError("PERMISSION_DENIED", `${path} cannot be opened`, {
    hint: "Run as a user that may read it, or check the disk (dmesg, smartctl).",
  });
}

function rawName(path: string): string {
  return Buffer.from(basename(path)).toString("latin1");
}

function excludeOf({ exclude }: JsonObject): readonly string[] {
  return Array.isArray(exclude) ? exclude.filter((each) => typeof each === "string") : [];
}

/** What the newest snapshot counts, where there is one: what is lost shows against it. */
async function expectedOf(
  session: Session,
  { name, isConfigured }: SalvageSubject,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>> | null> {
  if (!isConfigured) return null;
  const snapshots = await knownSnapshots(session, signal);
  const last = newest(snapshots.filter(({ store }) => store === name));
  if (last === null) return null;
  const counts = Object.entries(last.receipt.collections);
  return Object.fromEntries(counts.map(([each, { count }]) => [each, count]));
}

function documentOf(
  { name: store, driver }: SalvageSubject,
  { observations, ...salvaged }: Salvaged,
  target: string | null,
  kept: string,
): SalvageDocument {
  const wrong = observations.filter(({ severity }) => rankOf(severity) <= rankOf("medium")).length;
  const reports = { json: join(kept, "salvage.json"), html: join(kept, "salvage.html") };
  return { store, driver, target, kept, ...salvaged, pages: {}, wrong, reports };
}

interface Told {
  readonly subject: SalvageSubject;
  readonly document: SalvageDocument;
  readonly durationMs: number;
}

async function writeReports(
  session: Session,
  { subject, document, durationMs }: Told,
  folder: string,
): Promise<void> {
  const { name: store, driver } = subject;
  const counts = Object.entries(document.collections);
  const report = buildReport({
    kind: "status",
    command: "salvage",
    system: session.config?.system ?? store,
    generatedAt: timestamp(session.world.now()),
    stores: [
      {
        store,
        driver,
        sound: document.wrong === 0,
        collections: Object.fromEntries(counts.map(([each, { recovered }]) => [each, recovered])),
        pages: {},
        pageMap: [],
        backup: null,
        durationMs,
      },
    ],
    findings: [],
    losses: document.losses,
    durationMs,
  });
  const text = `${JSON.stringify(document, null, 2)}\n`;
  await writeDurably(nodeDisk, join(folder, "salvage.json"), Buffer.from(text));
  await writeReport(nodeDisk, join(folder, "salvage.html"), report, "html");
}
