import { join, resolve } from "node:path";

import type { Address } from "../types.ts";

/** Where a log lies: one file, or the files of a folder that a glob names. */
export interface LogPlace {
  /** The file, or the folder that holds all segments: what a copy of the log is called by. */
  readonly address: Address;
  /** The names of the segments below the folder, with "/"; null when the log is the one file. */
  readonly glob: string | null;
}

/** What the one file of a log is called relative to the log. */
export const ONLY = ".";

const SPECIAL = /[*?[{]/;

/** Takes a path of salvor.yaml apart: the folder ends where the first pattern begins. */
export function placeOf(path: string): LogPlace {
  const names = resolve(path).split("/");
  const first = names.findIndex((name) => SPECIAL.test(plainly(name)));
  if (first < 0) return { address: unescape(names.join("/")), glob: null };
  return {
    address: unescape(names.slice(0, first).join("/")) || "/",
    glob: names.slice(first).join("/"),
  };
}

/** The `path` of a log's copy at an address. */
export function pathAt(address: Address, path: string): string {
  const { glob } = placeOf(path);
  const literal = resolve(address).replaceAll(/[\\*?[\]{}]/g, "\\$&");
  return glob === null ? literal : `${literal}/${glob}`;
}

/** Where a segment lies, by its path relative to the log. */
export function segmentAt({ address, glob }: LogPlace, path: string): string {
  return glob === null ? address : join(address, path);
}

/** A name without what a backslash makes ordinary. */
function plainly(name: string): string {
  return name.replaceAll(/\\./gs, "");
}

function unescape(path: string): string {
  return path.replaceAll(/\\(.)/gs, "$1");
}

/** Names of files that stand beside a segment while it is exchanged. They belong to no log. */
export function isOurs(name: string): boolean {
  return /^\..*\.salvor-[0-9a-f]{12}\.(?:new|old)$/s.test(name);
}

/** What stands beside a segment during the exchange of this token: 12 hex digits. */
export function nameBeside(name: string, token: string, role: "new" | "old"): string {
  return `.${name}.salvor-${token}.${role}`;
}
