import type { JsonObject } from "../core/json.ts";

/** Who did something, as the system tells. */
export interface Actor {
  /** Who asked for it, in their own words; the user's name when nobody said. */
  readonly by: string;
  readonly user: string;
  /** -1 where the system has no user ids. */
  readonly uid: number;
  readonly pid: number;
}

/** What is to be recorded. Never a secret: whoever records leaves them out. */
export interface Deed {
  readonly actor: Actor;
  /** `backup`, `restore`, `config check`, …: at most 64 characters are kept. */
  readonly action: string;
  /** A store, a snapshot, a run: at most 512 characters are kept. */
  readonly subject: string;
  /** Why, in the words of who asked: at most 2,000 characters are kept. */
  readonly reason: string;
  /** Outcome and what else matters: up to 16 KiB of JSON, else its size and digest only. */
  readonly detail: JsonObject;
}

/** One link of the chain, as it is exported. */
export interface TrailRecord {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** RFC 3339, by the clock of the moment; the order is that of `sequence`. */
  readonly at: string;
  readonly actor: Actor;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  readonly detail: JsonObject;
  /** The hash of the record before; 64 zeros before the first. */
  readonly previous: string;
  /** SHA-256 of the canonical JSON of everything above; 64 hex digits. */
  readonly hash: string;
  /** HMAC-SHA-256 of sequence and hash under the trail's key; 64 hex digits. */
  readonly seal: string;
}

/** Where the chain ends, sealed under the key: a tail cannot be cut off unseen. */
export interface TrailHead {
  readonly sequence: number;
  readonly hash: string;
  readonly seal: string;
}

/** What checking the whole chain found. */
export interface TrailVerdict {
  readonly ok: boolean;
  /** How many records there are. */
  readonly records: number;
  /** Sequence of the first record that is missing or is not what was written; null when ok. */
  readonly firstBroken: number | null;
  /** What is wrong there, in one sentence; null when ok. */
  readonly problem: string | null;
}
