import type { HostTask } from "../host/messages.ts";
import type { Observation } from "../../core/finding.ts";
import { contentOf, isZeros } from "./content-of.ts";
import { exclusionOf } from "./exclude.ts";
import type { Found } from "./found.ts";
import { judgeContent } from "./judge-content.ts";
import { judgeLink } from "./judge-link.ts";
import { observe } from "./observe.ts";
import { nameIn, showPath } from "./raw-path.ts";
import { walkTree, type Trouble } from "./walk.ts";

/** A tree that is looked at, and when. */
export interface SurveyInput {
  readonly root: string;
  readonly exclude: readonly string[];
  /** Milliseconds since 1970: what has expired is told by it. */
  readonly nowMs: number;
}

/** What each look at a tree shows. */
export interface Survey {
  readonly audit: readonly Observation[];
  readonly integrity: readonly Observation[];
  readonly scan: readonly Observation[];
  /** Entries that were looked at. */
  readonly checked: number;
  /** Entries that could not be. */
  readonly unreadable: number;
}

const OBSERVED_MAX = 1_000;
const LEFTOVER = /(?:\.tmp|\.part|\.swp|\.crdownload|\.salvor-draft|\.draft|~)$/i;

/** Looks at a tree once, in all three ways. */
export const task: HostTask<SurveyInput, Survey> = async ({ root, exclude, nowMs }) => {
  const seen = { audit: new Seen(), integrity: new Seen(), scan: new Seen() };
  const names = new Map<string, { found: Found; seen: number }>();
  let checked = 0;
  let unreadable = 0;
  const trouble = (each: Trouble): void => {
    if (VANISHED.has(each.code)) return;
    unreadable += 1;
    seen.audit.add(unreadableEntry(each));
    if (each.code === "EIO") seen.scan.add(unreadableEntry(each));
  };
  const visit = (found: Found): void => {
    checked += 1;
    const file = showPath(found.path);
    if (found.kind === "link") for (const each of judgeLink(root, found)) seen.integrity.add(each);
    if (found.kind !== "file") return;
    if (found.links > 1) count(names, found);
    const content = contentOf(root, found);
    if ("code" in content) return trouble(content);
    for (const each of judgeContent(found, content.bytes, nowMs)) seen.audit.add(each);
    if (isZeros(root, found, content.bytes))
      seen.scan.add(observe("files.content.zeros", `${file} has ${found.size} zeros`, { file }));
    if (LEFTOVER.test(nameIn(found.path)))
      seen.scan.add(observe("files.content.leftover", `${file} looks left over`, { file }));
  };
  walkTree(root, exclusionOf(exclude), {
    entry: visit,
    leftAlone: (found) => {
      if (found.kind === "other") seen.audit.add(special(found));
    },
    trouble,
  });
  for (const each of names.values()) {
    if (each.seen < each.found.links) seen.integrity.add(linkedOutside(each.found));
  }
  return {
    audit: seen.audit.list,
    integrity: seen.integrity.list,
    scan: seen.scan.list,
    checked,
    unreadable,
  };
};

/** The first so many of what there is to say. */
class Seen {
  readonly list: Observation[] = [];

  add(observation: Observation): void {
    if (this.list.length < OBSERVED_MAX) this.list.push(observation);
  }
}

const VANISHED: ReadonlySet<string> = new Set(["ELOOP", "ENOENT", "ENOTDIR", "ENXIO"]);

function count(names: Map<string, { found: Found; seen: number }>, found: Found): void {
  const known = names.get(found.inode);
  if (known === undefined) names.set(found.inode, { found, seen: 1 });
  else known.seen += 1;
}

function unreadableEntry({ path, code }: Trouble): Observation {
  const file = showPath(path);
  const kind = code === "EIO" ? "files.entry.hardware" : "files.entry.unreadable";
  return observe(kind, `${file || "the folder"} cannot be read: ${code}`, { file }, code);
}

function special({ path }: Found): Observation {
  const file = showPath(path);
  return observe("files.entry.special", `${file} is no file, and is left where it is`, { file });
}

function linkedOutside({ path, links }: Found): Observation {
  const file = showPath(path);
  const description = `${file} has ${links} names, and not all of them in this tree`;
  return observe("files.hardlink.outside", description, { file });
}
