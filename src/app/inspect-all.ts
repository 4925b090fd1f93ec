import type { Observation } from "../core/finding.ts";
import { timestamp } from "../core/world.ts";
import type { InspectionKind } from "../stores/types.ts";
import { auditLook } from "./audit.ts";
import { integrityLook } from "./integrity.ts";
import type { AuditDocument, IntegrityDocument, ScanDocument } from "./look-documents.ts";
import { holdStore } from "./look.ts";
import { rememberLooks, type Look, type StoreLook } from "./look-at-stores.ts";
import { scanLook } from "./scan.ts";
import type { Session } from "./session.ts";

/** The three looks of a recovery, of the same instant of each store. */
export interface ThreeLooks {
  readonly audit: AuditDocument;
  readonly integrity: IntegrityDocument;
  readonly scan: ScanDocument;
}

const ALL: readonly InspectionKind[] = ["audit", "integrity", "scan"];

/** Holds each store once and looks at it in these ways; what is seen is remembered. */
export async function inspectAll(
  session: Session,
  names: readonly string[],
  signal: AbortSignal,
  kinds: readonly InspectionKind[] = ALL,
): Promise<ThreeLooks> {
  await warmUp(session);
  const at = timestamp(session.world.now());
  const seen = {
    audit: listOf(auditLook),
    integrity: listOf(integrityLook),
    scan: listOf(scanLook),
  };
  for (const store of names) {
    await using held = await holdStore(session, store, signal);
    const look = async <Facts>(from: Look<Facts>, into: StoreLook<Facts>[], isHurt: boolean) => {
      if (!kinds.includes(from.kind)) return;
      into.push({ store, looked: await from.at({ ...held, isHurt }, signal) });
    };
    await Promise.all([look(auditLook, seen.audit, false), look(scanLook, seen.scan, false)]);
    const observed = seen.scan.at(-1)?.looked.seen.observations ?? [];
    // Last, because what the scan has found hurt need not be found again, row by row.
    await look(integrityLook, seen.integrity, observed.some(hurtsRows));
  }
  const audit = await rememberLooks(session, at, seen.audit);
  const integrity = await rememberLooks(session, at, seen.integrity);
  const scan = await rememberLooks(session, at, seen.scan);
  return { audit, integrity, scan };
}

/** The looks side by side ask for all of them, while the state is still being read. */
async function warmUp(session: Session): Promise<void> {
  const [hosts, pool] = await Promise.all([session.hosts(), session.pool()]);
  hosts.warm("bytes");
  hosts.warm("engine");
  pool.warm();
}

function hurtsRows({ category, severity, location }: Observation): boolean {
  const isOfTable = location.table !== undefined && location.index === undefined;
  return category === "corruption" && severity === "critical" && isOfTable;
}

function listOf<Facts>(_look: Look<Facts>): StoreLook<Facts>[] {
  return [];
}
