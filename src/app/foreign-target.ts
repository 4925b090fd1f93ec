import { stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";

import { SalvorError } from "../core/errors.ts";
import { placeOf } from "../stores/event-log/place.ts";
import { segmentsOf } from "../stores/event-log/segments/list.ts";
import { globPattern } from "../stores/glob.ts";
import { realPath } from "./real-path.ts";
import { nodeOf, otherNameBelow, type KnownFile } from "./same-node.ts";
import type { StoreConfig } from "./config/types.ts";
import { stateTarget } from "./projection-target.ts";
import { driverNamed, type Session } from "./session.ts";
import { isBelow } from "./config/is-below.ts";
import { pathOf } from "./config/path-of.ts";

/**
 * Refuses a target that links lead to somebody else's file: salvor.yaml is held to what it says, and
 * says nothing of links.
 *
 * @throws {SalvorError} REFUSED
 */
export async function refuseForeignTarget(session: Session, name: string): Promise<void> {
  const { target } = session.projection(name);
  const live = await knownFile(stateTarget(session, name).live);
  const owner =
    (await ownerAmongPaths(session, name, live)) ??
    (await ownerAmongStores(session, target, live)) ??
    (await ownerOfOtherName(session, live));
  if (owner === null) return;
  const how = live.path === target ? `${target} is` : `${target} leads to ${live.path}, which is`;
  throw new SalvorError("REFUSED", `${how} ${owner}: no state is built there`, {
    hint: 'Remove the link, or name a file of its own as "target" of the projection in salvor.yaml.',
  });
}

async function ownerAmongPaths(
  session: Session,
  name: string,
  live: KnownFile,
): Promise<string | null> {
  const { projections, file, state, repository } = session.requireConfig();
  if (await isSame(live, file)) return "the configuration";
  if (isBelow(live.path, await realPath(state))) return "Salvor's own state";
  if (isBelow(live.path, await realPath(repository.path))) return "a file of the repository";
  for (const { name: other, target, form } of projections) {
    if (form.kind === "code" && (await isSame(live, form.module))) return `the code of "${other}"`;
    if (other !== name && (await isSame(live, target))) return `the state of "${other}"`;
  }
  return null;
}

async function ownerAmongStores(
  session: Session,
  target: string,
  live: KnownFile,
): Promise<string | null> {
  // Without a link at its end, a target is where salvor.yaml says.
  const place = join(await realPath(dirname(target)), basename(target));
  const isLink = place !== live.path;
  for (const store of session.requireConfig().stores) {
    const isIts =
      store.driver === "event-log"
        ? await isOfLog(store, live)
        : store.driver === "sqlite"
          ? await isOfDatabase(store, target, live, isLink)
          : isLink && isBelow(live.path, await realPath(addressOf(store)));
    if (isIts) return `a file of "${store.name}"`;
  }
  return null;
}

/** Of a file with several names, whose folder has one of the others. */
async function ownerOfOtherName(
  session: Session,
  { names, ...live }: TargetFile,
): Promise<string | null> {
  if (names < 2n) return null;
  const { stores, state, repository } = session.requireConfig();
  const folders = [
    { folder: state, owner: "Salvor's own state" },
    { folder: repository.path, owner: "the repository" },
    ...stores
      .filter(({ driver }) => driver !== "event-log" && driver !== "sqlite")
      .map((store) => ({ folder: addressOf(store), owner: `"${store.name}"` })),
  ];
  for (const { folder, owner } of folders) {
    const other = await otherNameBelow(await realPath(folder), live);
    if (other !== null) return `${other}, too, a file of ${owner}`;
  }
  return null;
}

/** A file that the log has, or one that would be a part of it once it is there. */
async function isOfLog(store: StoreConfig, live: KnownFile): Promise<boolean> {
  const pattern = pathOf(store);
  const { address, glob } = placeOf(pattern);
  const folder = await realPath(address);
  if (glob === null) return isSame(live, address);
  if (isBelow(live.path, folder) && globPattern(glob).test(relative(folder, live.path)))
    return true;
  if (live.node === null) return false;
  for (const { path } of segmentsOf(pattern)) if (await isSame(live, path)) return true;
  return false;
}

/** A state may be backed up as a store: then both are said to lie at one path. */
async function isOfDatabase(
  store: StoreConfig,
  target: string,
  live: KnownFile,
  isLink: boolean,
): Promise<boolean> {
  const path = pathOf(store);
  if (path === target || !(await isSame(live, path))) return false;
  return isLink || (await realPath(path)) !== live.path;
}

function addressOf({ driver, options }: StoreConfig): string {
  return driverNamed(driver).addressOf(options);
}

async function isSame(live: KnownFile, path: string): Promise<boolean> {
  const other = await knownFile(path);
  return other.path === live.path || (other.node !== null && other.node === live.node);
}

/** A file, and how many names it has. */
interface TargetFile extends KnownFile {
  readonly names: bigint;
}

async function knownFile(path: string): Promise<TargetFile> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  const node = found === null ? null : nodeOf(found);
  return { path: await realPath(path), node, names: found?.nlink ?? 0n };
}
