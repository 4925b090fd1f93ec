import { userInfo } from "node:os";

import type { Actor } from "./types.ts";

/** This process and its user. @param by who asked; the user's name when nobody said. */
export function currentActor(by?: string): Actor {
  const uid = process.getuid?.() ?? -1;
  const user = userName() ?? `uid ${uid}`;
  return { by: by ?? user, user, uid, pid: process.pid };
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    return null; // containers run under user ids that no user has
  }
}
