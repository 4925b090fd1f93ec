import { canonicalJson, type Json, type JsonObject } from "../../core/json.ts";
import type { EntryKind } from "./found.ts";
import { pathFromJson, pathJson, type RawPath } from "./raw-path.ts";

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
  /^\{"gid":(\d{1,10}),"kind":"file","mode":(\d{1,4}),"mtime":"(-?\d{1,20})","path":"([ !#-[\]-~]*)","sha256":"([0-9a-f]{64})","size":(\d{1,15})(,"sparse":true)?,"uid":(\d{1,10})\}$/;

/** The entry of a line; null when it is none. What it may do is for whoever restores to judge. */
export function parseEntry(line: string): TreeEntry | null {
  const plain = PLAIN_FILE.exec(line);
  const mode = Number(plain?.[2] ?? 0);
  if (plain !== null && mode <= 0o7777) {
    const [, gid = "", , mtime = "", path = "", sha256 = "", size = "", sparse, uid = ""] = plain;
    const owner = { mode, uid: Number(uid), gid: Number(gid), mtimeNs: BigInt(mtime) };
    const content = { size: Number(size), sha256, sparse: sparse !== undefined };
    return { path, kind: "file", ...owner, ...content, link: null, hardlink: null };
  }
  try {
    return entryOf(JSON.parse(line) as JsonObject);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

function entryOf(json: JsonObject): TreeEntry | null {
  const { kind, mode, uid, gid, mtime } = json;
  const path = pathFromJson(json["path"]);
  if (path === null || (kind !== "file" && kind !== "folder" && kind !== "link")) return null;
  if (!isCount(mode) || mode > 0o7777 || !isCount(uid) || !isCount(gid)) return null;
  if (typeof mtime !== "string" || !/^-?\d{1,20}$/.test(mtime)) return null;
  const facts = { path, mode, uid, gid, mtimeNs: BigInt(mtime), sparse: json["sparse"] === true };
  const nothing = { size: null, sha256: null, link: null, hardlink: null };
  if (kind === "folder") return { ...facts, ...nothing, kind };
  if (kind === "link") {
    const link = pathFromJson(json["link"]);
    return link === null ? null : { ...facts, ...nothing, kind, link };
  }
  const { size, sha256 } = json;
  if (!isCount(size) || typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return null;
  const hardlink = json["hardlink"] === undefined ? null : pathFromJson(json["hardlink"]);
  return { ...facts, kind, size, sha256, link: null, hardlink };
}

function isCount(value: Json | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Does its content lie among the contents? Empty files and later names of a file have none. */
export function hasContent(
  entry: TreeEntry,
): entry is TreeEntry & { size: number; sha256: string } {
  return entry.kind === "file" && entry.hardlink === null && (entry.size ?? 0) > 0;
}
