import { canonicalJson, type Json, type JsonObject } from "../../core/json.ts";
import { sha256Hex } from "../../core/hash.ts";
import type { EntryKind } from "./found.ts";
import { pathFromJson, pathJson, type RawPath } from "./raw-path.ts";

const EMPTY = sha256Hex(new Uint8Array(0));

/** One name of a tree as an image and a snapshot hold it; docs/format/tree.md describes the line. */
export interface TreeEntry {
  readonly path: RawPath;
  readonly kind: EntryKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Nanoseconds since 1970. */
  readonly mtimeNs: bigint;
  /** Bytes; null for what is no file. */
  readonly size: number | null;
  /** 64 hex digits; null for what is no file. */
  readonly sha256: string | null;
  /** It had holes: zeros are not written when it is restored. */
  readonly sparse: boolean;
  /** Where a symbolic link leads, as it is written there. */
  readonly link: RawPath | null;
  /** The first name of the same file in this tree, for all later ones. */
  readonly hardlink: RawPath | null;
}

/** How much there is of what. */
export interface EntryCounts {
  readonly files: number;
  readonly folders: number;
  readonly links: number;
  /** Of files, each once. */
  readonly bytes: number;
}

/** The line of an entry, without its end: canonical JSON, spelled out because it is written so often. */
export function entryLine(entry: TreeEntry): string {
  const { path, kind, mode, uid, gid, mtimeNs, size, sha256, sparse, link, hardlink } = entry;
  const hard = hardlink === null ? "" : `"hardlink":${canonicalJson(pathJson(hardlink))},`;
  const to = link === null ? "" : `"link":${canonicalJson(pathJson(link))},`;
  const content = kind === "file" ? `,"sha256":"${sha256}","size":${size}` : "";
  const holes = sparse ? `,"sparse":true` : "";
  const name = canonicalJson(pathJson(path));
  return `{"gid":${gid},${hard}"kind":"${kind}",${to}"mode":${mode},"mtime":"${mtimeNs}","path":${name}${content}${holes},"uid":${uid}}`;
}

/** The line of most files: one that has one name, without anything to escape in it. */
const PLAIN_FILE =
  /^\{"gid":(\d{1,10}),"kind":"file","mode":(\d{1,4}),"mtime":"(-?\d{1,28})","path":"([ !#-[\]-~]*)","sha256":"([0-9a-f]{64})","size":(\d{1,15})(,"sparse":true)?,"uid":(\d{1,10})\}$/;

/** The entry of a line; null when it is none. What it may do is for whoever restores to judge. */
export function parseEntry(line: string): TreeEntry | null {
  const plain = PLAIN_FILE.exec(line);
  if (plain !== null) {
    const [, gid = "", mode, mtime = "", path = "", sha256 = "", size = "", sparse, uid = ""] =
      plain;
    const bits = { mode: Number(mode), uid: Number(uid), gid: Number(gid) };
    const content = { size: Number(size), sha256, sparse: sparse !== undefined };
    if (!areRights(bits) || !isContent(content)) return null;
    const facts = { path, ...bits, mtimeNs: BigInt(mtime) };
    return { ...facts, kind: "file", ...content, link: null, hardlink: null };
  }
  try {
    return entryOf(JSON.parse(line) as JsonObject);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

function entryOf(json: JsonObject): TreeEntry | null {
  const { kind, mtime } = json;
  const rights = { mode: json["mode"], uid: json["uid"], gid: json["gid"] };
  const path = pathFromJson(json["path"]);
  if (path === null || (kind !== "file" && kind !== "folder" && kind !== "link")) return null;
  if (!areRights(rights)) return null;
  if (typeof mtime !== "string" || !/^-?\d{1,28}$/.test(mtime)) return null;
  const facts = { path, ...rights, mtimeNs: BigInt(mtime), sparse: json["sparse"] === true };
  const nothing = { size: null, sha256: null, link: null, hardlink: null };
  if (kind === "folder") return { ...facts, ...nothing, kind };
  if (kind === "link") {
    const link = pathFromJson(json["link"]);
    return link === null || !isTarget(link) ? null : { ...facts, ...nothing, kind, link };
  }
  const content = { size: json["size"], sha256: json["sha256"] };
  const hardlink = json["hardlink"] === undefined ? null : pathFromJson(json["hardlink"]);
  if (!isContent(content) || (json["hardlink"] !== undefined && hardlink === null)) return null;
  return { ...facts, kind, ...content, link: null, hardlink };
}

/** A link leads to something, and no name has a zero byte. */
function isTarget(link: RawPath): boolean {
  return link !== "" && !link.includes("\0");
}

/** The last number means "nobody", and is given to no file. */
const OWNER_MAX = 2 ** 32 - 2;

function areRights<Rights extends Record<"mode" | "uid" | "gid", Json | undefined>>(
  given: Rights,
): given is Rights & Record<"mode" | "uid" | "gid", number> {
  const { mode, uid, gid } = given;
  return isCount(mode, 0o7777) && isCount(uid, OWNER_MAX) && isCount(gid, OWNER_MAX);
}

/** Of nothing there is one digest only. */
function isContent<Content extends Record<"size" | "sha256", Json | undefined>>(
  given: Content,
): given is Content & { size: number; sha256: string } {
  const { size, sha256 } = given;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return false;
  return isCount(size, Number.MAX_SAFE_INTEGER) && (size > 0 || sha256 === EMPTY);
}

function isCount(value: Json | undefined, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= max;
}

/** Does its content lie among the contents? Empty files and later names of a file have none. */
export function hasContent(
  entry: TreeEntry,
): entry is TreeEntry & { size: number; sha256: string } {
  return entry.kind === "file" && entry.hardlink === null && (entry.size ?? 0) > 0;
}
