import type { Session } from "./session.ts";

/** What a recovery is about. */
export interface RecoverSubjects {
  /** Stores, the logs of the projections too: no state is right as long as its log is not. */
  readonly names: readonly string[];
  readonly projections: readonly string[];
}

/**
 * The stores and projections that were asked for, or all of them.
 *
 * @throws {SalvorError} STORE_UNKNOWN; CONFIG_INVALID when there is no store at all.
 */
export function recoverSubjects(session: Session, asked: readonly string[] = []): RecoverSubjects {
  if (asked.length === 0) {
    const projections = session.requireConfig().projections.map(({ name }) => name);
    return { names: session.storeNames(), projections };
  }
  const projections = [...new Set(asked)].filter((name) => session.isProjection(name));
  const stores = asked.filter((name) => !session.isProjection(name));
  const logs = projections.map((name) => session.projection(name).log);
  return { names: session.storeNames([...stores, ...logs]), projections };
}
