import type { DatabaseHeader } from "../format/header.ts";
import { type Claims, Role, Trouble } from "./claims.ts";
import type { ScanControl } from "./control.ts";
import { fourBytes } from "./big-endian.ts";
import type { PageReader } from "./page-reader.ts";
import type { Troubles } from "./troubles.ts";

/** What a walk along the freelist found. */
export interface FreelistTally {
  readonly found: number;
  readonly isBroken: boolean;
}

/** Walks the trunks of the freelist; every page once at most. */
export function walkFreelist(
  reader: PageReader,
  header: DatabaseHeader,
  { claims, troubles, control }: { claims: Claims; troubles: Troubles; control: ScanControl },
): FreelistTally {
  const { usable } = reader.source;
  const bytes = reader.buffer();
  const refuse = (page: number, parent: number, role: number): void =>
    troubles.refuse({ page, parent, owner: 0, role, low: 0n, high: 0n });
  let found = 0;
  let isBroken = false;
  let parent = 0;
  for (let trunk = header.freelistTrunk; trunk !== 0 && !control.isStopped;) {
    if (!claims.claim(trunk, Role.trunk, 0, parent)) {
      refuse(trunk, parent, Role.trunk);
      return { found, isBroken: true };
    }
    found++;
    reader.read(trunk, 1, bytes);
    const leaves = fourBytes(bytes, 4);
    if (leaves > usable / 4 - 2) {
      claims.blame(trunk, Trouble.trunk);
      return { found, isBroken: true };
    }
    for (let leaf = 0; leaf < leaves; leaf++) {
      const page = fourBytes(bytes, 8 + 4 * leaf);
      if (claims.claim(page, Role.free, 0, trunk)) found++;
      else {
        refuse(page, trunk, Role.free);
        isBroken = true;
      }
    }
    parent = trunk;
    trunk = fourBytes(bytes, 0);
  }
  return { found, isBroken };
}
