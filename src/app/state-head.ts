import { isJsonObject, type Json } from "../core/json.ts";
import { SalvorError } from "../core/errors.ts";
import type { EventPosition } from "../stores/events.ts";
import type { Image } from "../stores/types.ts";

/** What a state says of itself. */
export interface StateHead {
  readonly version: number;
  readonly events: number;
  readonly checkpoint: EventPosition | null;
}

const QUERY = {
  text: "SELECT version, events, checkpoint FROM salvor_projection",
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
    const { version, events, checkpoint } = row;
    return {
      version: Number(version),
      events: Number(events),
      checkpoint: positionOf(checkpoint),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SalvorError) return null;
    throw error;
  }
}

function positionOf(text: Json | undefined): EventPosition | null {
  const value: unknown = typeof text === "string" ? JSON.parse(text) : null;
  // Written by whoever built the state.
  return isJsonObject(value as Json) ? (value as unknown as EventPosition) : null;
}
