import * as z from "zod";

import { SalvorError } from "../../core/errors.ts";
import { defineStep } from "../../plans/define-step.ts";
import type { RecoveryContext } from "../context.ts";
import { proofJson, proveStore } from "../prove-store.ts";
import { snapshotFields, storeFields } from "./parameters.ts";

const parameters = z.object({ ...storeFields, ...snapshotFields, address: z.string() });

/** Proves that a store beside holds what the snapshot's receipt says, to level complete. */
export function verify(recovery: RecoveryContext) {
  return defineStep({
    name: "verify",
    summary: "Compare the restored store with the sealed receipt",
    parameters,
    limits: { attempts: 2, timeoutMs: 24 * 60 * 60 * 1000 },
    run: async ({ parameters: given, record, note }, signal) => {
      const { store, driver, options, address } = given;
      const repository = await recovery.repository(given.repository, signal);
      const sealed = await repository.sealed(given.snapshot, signal);
      await using beside = await recovery.openStoreAt(store, driver, options, address);
      await using image = await beside.capture({ exclusive: true }, signal);
      const { proof, complaints, unchecked } = await proveStore(sealed, image, signal);
      await record({ proof: proofJson(proof) });
      if (!proof.equal) throw unequal(address);
      if (complaints.length > 0) throw unsound(address, complaints[0] ?? "");
      for (const text of unchecked) await note(`the engine could not check ${text}`);
      return {};
    },
  });
}

function unequal(address: string): SalvorError {
  return new SalvorError("PROOF_UNEQUAL", `${address} does not hold what the receipt says`, {
    hint: 'Run "salvor verify --level complete" to find a snapshot that proves right.',
  });
}

function unsound(address: string, complaint: string): SalvorError {
  return new SalvorError("PROOF_UNEQUAL", `the engine finds ${address} damaged: ${complaint}`, {
    hint: 'Run "salvor verify --level complete" to find a snapshot that proves right.',
  });
}
