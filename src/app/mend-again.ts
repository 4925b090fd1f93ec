import { SalvorError } from "../core/errors.ts";
import { lookAgain } from "./look-again.ts";
import { chooseRemedies, mend, remedySentence, type StoreRemedy } from "./mend.ts";
import type { RunDocument } from "./run-document.ts";
import type { Session } from "./session.ts";
import type { ChangeOptions } from "./types.ts";

/** What was decided in a second round, and what came of it. */
export interface SecondRound {
  readonly remedies: readonly StoreRemedy[];
  readonly run: RunDocument;
}

/**
 * What a restored snapshot lacks, because it was taken after a loss, an older one may have: a second
 * round puts that back. Null where nothing is to be put back, or whoever is asked wants it left.
 */
export async function mendAgain(
  session: Session,
  first: { readonly remedies: readonly StoreRemedy[]; readonly run: RunDocument },
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<SecondRound | null> {
  const restored = first.remedies
    .filter(({ store, remedy }) => remedy.kind === "restore" && first.run.subject.includes(store))
    .map(({ store }) => store);
  if (first.run.status !== "succeeded" || restored.length === 0) return null;
  const chosen = await chooseRemedies(session, restored, null, signal);
  const remedies = chosen.filter(({ remedy: { kind } }) => kind === "put-back" || kind === "mend");
  if (remedies.length === 0) return null;
  for (const each of remedies) session.progress.say(remedySentence(each));
  const run = await unlessRefused(mend(session, remedies, options, signal));
  if (run === null) return null;
  await lookAgain(session, run, signal);
  return { remedies, run };
}

const DECLINED: ReadonlySet<string> = new Set(["CONFIRMATION_NEEDED", "REFUSED"]);

/** The first round has changed the store already: what came of it is told in any case. */
async function unlessRefused(run: Promise<RunDocument>): Promise<RunDocument | null> {
  try {
    return await run;
  } catch (error) {
    if (error instanceof SalvorError && DECLINED.has(error.code)) return null;
    throw error;
  }
}
