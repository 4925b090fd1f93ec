import { join } from "node:path";

import { nodeDisk, writeDurably } from "../core/disk.ts";
import { SalvorError } from "../core/errors.ts";
import { receiptDocument } from "../receipts/receipt-document.ts";
import type { Proof } from "../receipts/proof.ts";
import type { Receipt, SealedReceipt } from "../receipts/types.ts";
import { KeyFiles } from "../recovery/key-files.ts";
import { prove } from "../recovery/prove.ts";
import { outputPath } from "./output-path.ts";
import type { Session } from "./session.ts";
import { openSubject, type Subject } from "./subjects.ts";
import type { CompareOptions, ReceiptDocument, ReceiptOptions } from "./types.ts";

/** The receipt of a store, a path or a snapshot, as one document with its trees. */
export async function sealReceiptOf(
  session: Session,
  { subject: word, portable = false, output }: ReceiptOptions,
  signal: AbortSignal,
): Promise<ReceiptDocument> {
  await using subject = await openSubject(session, word, { portable }, signal);
  const sealed = await subject.sealed();
  await subject.image(); // names the columns of keys
  const document = receiptDocument(sealed, subject.showKey);
  if (output !== undefined) {
    const text = `${JSON.stringify(document, null, 2)}\n`;
    await writeDurably(nodeDisk, await outputPath(session, output), Buffer.from(text));
  }
  await session.record("receipt", word, "", { digest: sealed.receipt.digest });
  return document as unknown as ReceiptDocument; // it is the receipt, with `tree` beside
}

/** The proof of two stores, snapshots or receipt files; `a` is what is expected. */
export async function compareSubjects(
  session: Session,
  { a, b, portable = false }: CompareOptions,
  signal: AbortSignal,
): Promise<Proof> {
  await using first = await openSubject(session, a, { portable }, signal);
  await using actual = await openSubject(session, b, { portable, like: first.kind }, signal);
  // Which of two is a path, and which tells what it is, may stand in any order.
  const isTold = first.isGuessed && !actual.isGuessed;
  const terms = { portable, like: actual.kind };
  await using told = isTold ? await openSubject(session, a, terms, signal) : null;
  const expected = told ?? first;
  const before = await sealedBy(expected, portable);
  const after = await sealedBy(actual, portable);
  const isEqual = before.receipt.digest === after.receipt.digest;
  const withRows = !isEqual && !portable;
  using keys = new KeyFiles(differencesFile(session));
  const proof = await prove(
    { sealed: before, image: withRows ? await expected.image() : null },
    { sealed: after, image: withRows ? await actual.image() : null },
    { store: actual.name, level: "none", openFile: keys.open, showKey: expected.showKey },
    signal,
  );
  await session.record("compare", `${a} ${b}`, "", { equal: proof.equal });
  // Only the exact digest proves that everything is there as it was: raw bytes, schema, references.
  return { ...proof, level: proof.equal && !portable ? "complete" : "none" };
}

/** All keys, when a proof cannot list them; it stays behind, so it has a name of its own. */
function differencesFile({ config, cwd, world }: Session): string {
  return join(config?.state ?? cwd, `${world.newId("differences")}.ndjson`);
}

async function sealedBy(subject: Subject, portable: boolean): Promise<SealedReceipt> {
  const sealed = await subject.sealed();
  return portable ? portableHalf(subject, sealed) : sealed;
}

/** Content alone, under logical types: catalogues of two engines are never alike. */
function portableHalf({ name }: Subject, { receipt }: SealedReceipt): SealedReceipt {
  if (receipt.portable === null) {
    throw new SalvorError("USAGE", `the receipt of ${name} has no portable half`, {
      hint: "Make it with: salvor receipt <store> --portable --output <file>.",
    });
  }
  const { digest, collections } = receipt.portable;
  const schema: Receipt["schema"] = { ...receipt.schema, elements: [] };
  return { receipt: { ...receipt, digest, collections, references: [], schema }, trees: [] };
}
