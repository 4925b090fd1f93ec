import { timestamp } from "../core/world.ts";
import { auditLook } from "./audit.ts";
import { integrityLook } from "./integrity.ts";
import { holdStore } from "./look.ts";
import { rememberLooks, type Look, type StoreLook } from "./look-at-stores.ts";
import { scanLook } from "./scan.ts";
import type { Session } from "./session.ts";
import type { AuditDocument, IntegrityDocument, ScanDocument } from "./look-documents.ts";

/** The three looks of a recovery, of the same instant of each store. */
export interface ThreeLooks {
  readonly audit: AuditDocument;
  readonly integrity: IntegrityDocument;
  readonly scan: ScanDocument;
}

/** Holds each store once and looks at it in all three ways; what is seen is remembered. */
export async function inspectAll(
  session: Session,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ThreeLooks> {
  const at = timestamp(session.world.now());
  const seen = {
    audit: listOf(auditLook),
    integrity: listOf(integrityLook),
    scan: listOf(scanLook),
  };
  for (const store of names) {
    await using held = await holdStore(session, store, signal);
    seen.audit.push({ store, looked: await auditLook.at(held, signal) });
    seen.integrity.push({ store, looked: await integrityLook.at(held, signal) });
    seen.scan.push({ store, looked: await scanLook.at(held, signal) });
  }
  const audit = await rememberLooks(session, at, seen.audit);
  const integrity = await rememberLooks(session, at, seen.integrity);
  const scan = await rememberLooks(session, at, seen.scan);
  return { audit, integrity, scan };
}

function listOf<Facts>(_look: Look<Facts>): StoreLook<Facts>[] {
  return [];
}
