import { createSecretKey, type KeyObject } from "node:crypto";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

import { makeFolderDurably, nodeDisk, readWhole, writeDurably } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { holdLock } from "../core/lock.ts";
import type { World } from "../core/world.ts";
import type { State } from "../state/types.ts";
import { ORIGIN, sealOf } from "./chain.ts";

const KEY_BYTES = 32;
const LOCK_WAIT_MS = 5_000;

/**
 * Where a key lies when nobody says otherwise: outside the state, apart for each state. Not under the
 * system's name, which may change.
 */
export function defaultKeyPath(
  state: State,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const home = env["HOME"] ?? homedir();
  // An empty or relative one does not count, says the XDG specification.
  const given = env["XDG_STATE_HOME"] ?? "";
  const base = isAbsolute(given) ? given : join(home, ".local", "state");
  return join(base, "salvor", `trail-${state.id.slice(0, 12)}.key`);
}

/**
 * The key that seals the audit trail of this state; made on first use, and never again.
 *
 * @param path file of the key, mode 0600: 64 hex digits.
 * @throws {SalvorError} TRAIL_BROKEN when the trail has begun and its key is gone or unreadable.
 */
export async function openTrailKey(state: State, path: string, world: World): Promise<KeyObject> {
  const known = await readKey(path);
  if (known !== null) return known;
  await makeFolderDurably(nodeDisk, dirname(path));
  await using _lock = await holdLock({
    path: `${path}.lock`,
    mode: "exclusive",
    subject: `the audit trail's key ${path}`,
    busy: "STORE_BUSY",
    timeoutMs: LOCK_WAIT_MS,
    world,
  });
  return (await readKey(path)) ?? (await makeKey(state, path, world));
}

/**
 * Key beside, head in the state, then the key's name: a key with its final name and a trail without
 * a head is never an interrupted beginning, but a trail that somebody has emptied.
 */
async function makeKey(state: State, path: string, world: World): Promise<KeyObject> {
  const beginning = `${path}.new`;
  const begun = await readKey(beginning);
  if (begun === null && hasBegun(state)) throw keyMissing(path);
  const key = begun ?? createSecretKey(world.randomBytes(KEY_BYTES));
  if (begun === null) {
    const digits = key.export().toString("hex");
    await writeDurably(nodeDisk, beginning, Buffer.from(`${digits}\n`));
  }
  await state.transaction((writer) => {
    const first = { sequence: 0, hash: ORIGIN };
    writer.run(
      "INSERT OR IGNORE INTO trail_head VALUES (1, ?, ?, ?)",
      first.sequence,
      first.hash,
      sealOf("head", first, key),
    );
  });
  await nodeDisk.rename(beginning, path);
  await nodeDisk.syncFolder(dirname(path));
  return key;
}

function hasBegun(state: State): boolean {
  const begun = "SELECT 1 FROM trail_head UNION ALL SELECT 1 FROM trail LIMIT 1";
  return state.get(begun) !== null;
}

async function readKey(path: string): Promise<KeyObject | null> {
  const content = await readWhole(nodeDisk, path);
  if (content === null) return null;
  const digits = content.toString("latin1").trim();
  if (/^[0-9a-f]{64}$/.test(digits)) return createSecretKey(Buffer.from(digits, "hex"));
  throw new SalvorError("TRAIL_BROKEN", `${path} does not hold a key of an audit trail`, {
    hint: "Bring the file back from where it is kept; without it the trail cannot be checked.",
  });
}

function keyMissing(path: string): SalvorError {
  return new SalvorError("TRAIL_BROKEN", `the audit trail has begun, but its key ${path} is gone`, {
    hint:
      "Bring the key back from where it is kept. A new one is not made silently: it would make a " +
      "rewritten trail look whole. To begin anew, move the state folder aside.",
  });
}
