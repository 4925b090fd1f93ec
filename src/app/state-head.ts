import { SalvorError } from "../core/errors.ts";
import type { EventPlace } from "../stores/events.ts";
import type { Image } from "../stores/types.ts";

/** What a state says of itself. */
export interface StateHead {
  readonly version: number;
  /** Digest of what decided what its rows are. */
  readonly definition: string;
  /** How many events it holds. */
  readonly applied: number;
  /** After the last event that it has read; null before the first one. */
  readonly checkpoint: EventPlace | null;
}

const QUERY = {
  text: "SELECT version, definition, applied_in_all AS applied, checkpoint FROM salvor_projection",
  timeoutMs: 10_000,
  rowsMax: 1,
  bytesMax: 100_000,
};

/** Asks a state for its record; null when it has none, or none that can be read. */
export async function readStateHead(image: Image, signal: AbortSignal): Promise<StateHead | null> {
  try {
    const { rows } = await image.query(QUERY, signal);
    const [row] = rows;
    if (row === undefined) return null;
    const { version, definition, applied, checkpoint } = row;
    // Written by whoever built the state.
    const place = typeof checkpoint === "string" ? (JSON.parse(checkpoint) as EventPlace) : null;
    return {
      version: Number(version),
      definition: typeof definition === "string" ? definition : "",
      applied: Number(applied),
      checkpoint: place,
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError) return null;
    throw error;
  }
}
