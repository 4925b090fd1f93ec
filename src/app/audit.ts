import { compareMetadata } from "../checks/compare-metadata.ts";
import { compareStructure } from "../checks/compare-structure.ts";
import { timed, type HeldStore, type Looked } from "./look.ts";
import { lookAtStores, type Look } from "./look-at-stores.ts";
import type { Session } from "./session.ts";
import type { LookOptions } from "./types.ts";
import type { AuditDocument, AuditedStore, LookedStore } from "./look-documents.ts";

/** What an audit adds to what every look says of a store. */
export type AuditFacts = Omit<AuditedStore, keyof LookedStore>;

/** Is everything there, and the shape that it should have? */
export const auditLook: Look<AuditFacts> = { kind: "audit", at: auditHeld };

/** `audit`: every store, from its files to its tables. */
export function auditStores(
  session: Session,
  options: LookOptions,
  signal: AbortSignal,
): Promise<AuditDocument> {
  return lookAtStores(session, auditLook, options, signal);
}

function auditHeld(held: HeldStore, signal: AbortSignal): Promise<Looked<AuditFacts>> {
  return timed(held, "audit", async () => {
    const { specimen, baseline, config } = held;
    const seen = await specimen.inspect("audit", signal);
    const { files, properties, complete } = seen;
    // What could be counted only in part says nothing about what is missing.
    const collections = complete ? seen.collections : null;
    const elements = (complete && (await specimen.image?.schema(signal))) || null;
    const now = { collections, elements, properties };
    const structure = compareStructure(baseline, now, config.expect);
    const metadata = compareMetadata(baseline, properties);
    // What documents of the store itself say of it, and is not so.
    const claims = seen.observations.flatMap(({ category, description }) =>
      category === "metadata" ? [description] : [],
    );
    return {
      observations: [...seen.observations, ...structure.observations, ...metadata.observations],
      complete,
      checked: seen.checked,
      facts: {
        collections: seen.collections ?? {},
        files,
        structure: {
          ok: structure.ok && specimen.image !== null,
          missing: structure.missing,
          unexpected: structure.unexpected,
        },
        metadata: {
          ok: metadata.ok && claims.length === 0,
          differences: [...claims, ...metadata.differences],
        },
        properties,
      },
    };
  });
}
