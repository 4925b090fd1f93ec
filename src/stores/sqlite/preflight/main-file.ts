import { statSync } from "node:fs";

import { messageOf, systemCode } from "../../../core/errors.ts";
import type { Observation } from "../../../core/finding.ts";
import { HEADER_BYTES, isHeader, readHeader, type DatabaseHeader } from "../format/header.ts";
import { observe } from "./observations.ts";
import { RawFile } from "./raw-file.ts";

/** The main file as its name, its size and its first bytes show it. */
export interface MainFile {
  readonly size: number;
  readonly mode: number;
  /** Changes with every write: device, inode, size, time of modification. */
  readonly identity: string;
  readonly header: DatabaseHeader | null;
  /** Why it cannot be read as a database, or null. */
  readonly refusal: Observation | null;
}

/** The smallest database is one page of the smallest size. */
const SIZE_MIN = 512;

/** Looks at the main file. Never throws: what goes wrong is the refusal. */
export function readMainFile(path: string): MainFile {
  let found: MainFile = { size: 0, mode: 0, identity: "none", header: null, refusal: null };
  try {
    const { dev, ino, size, mode, mtimeNs, isFile } = statOf(path);
    found = { ...found, size, mode, identity: `${dev}:${ino}:${size}:${mtimeNs}` };
    if (!isFile) return { ...found, refusal: refuse("sqlite.file.kind", path, "is not a file") };
    return size === 0 ? found : { ...found, ...readHead(path, size) };
  } catch (error) {
    return { ...found, refusal: unreadable(path, error) };
  }
}

function statOf(path: string): {
  dev: bigint;
  ino: bigint;
  size: number;
  mode: number;
  mtimeNs: bigint;
  isFile: boolean;
} {
  const stat = statSync(path, { bigint: true });
  return {
    dev: stat.dev,
    ino: stat.ino,
    size: Number(stat.size),
    mode: Number(stat.mode) & 0o7777,
    mtimeNs: stat.mtimeNs,
    isFile: stat.isFile(),
  };
}

function readHead(path: string, size: number): Pick<MainFile, "header" | "refusal"> {
  using file = new RawFile(path);
  const bytes = Buffer.alloc(HEADER_BYTES);
  const header = readHeader(bytes.subarray(0, file.read(bytes, 0)));
  if (isHeader(header)) {
    if (size >= SIZE_MIN) return { header, refusal: null };
    return { header, refusal: refuse("sqlite.file.short", path, `has only ${size} bytes`) };
  }
  const { field, found } = header;
  const location = { file: path, bytes: [0, HEADER_BYTES] as const };
  const say = (code: Parameters<typeof observe>[0], text: string): Observation =>
    observe(code, `${path} ${text}`, location, found);
  switch (field) {
    case "length":
      return { header: null, refusal: say("sqlite.file.short", `has only ${found}`) };
    case "magic":
      return {
        header: null,
        refusal: say("sqlite.header.magic", "does not begin as a database does"),
      };
    case "pageSize":
      return {
        header: null,
        refusal: say("sqlite.header.page-size", `claims pages of ${found} bytes`),
      };
    case "version":
      return {
        header: null,
        refusal: say("sqlite.header.version", `asks for read version ${found}`),
      };
    default:
      return { header: null, refusal: say("sqlite.header.field", `has ${field} ${found}`) };
  }
}

function refuse(code: Parameters<typeof observe>[0], path: string, text: string): Observation {
  return observe(code, `${path} ${text}`, { file: path });
}

/** Why a file could not be read, as an observation. */
export function unreadable(path: string, error: unknown): Observation {
  switch (systemCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return refuse("sqlite.file.missing", path, "does not exist");
    case "EACCES":
    case "EPERM":
      return refuse("sqlite.file.permission", path, "may not be read by this user");
    default:
      return refuse("sqlite.file.unreadable", path, `cannot be read: ${messageOf(error)}`);
  }
}
