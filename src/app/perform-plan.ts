import type { Plan } from "../plans/types.ts";
import { openEngine } from "./engine.ts";
import type { Session } from "./session.ts";
import type { ChangeOptions } from "./types.ts";
import type { RunDocument } from "./run-document.ts";

/** Shows the plan, asks where that is needed, and carries it out. */
export async function performPlan(
  session: Session,
  plan: Plan,
  options: ChangeOptions,
  signal: AbortSignal,
): Promise<RunDocument> {
  const engine = await openEngine(session);
  const { by } = session;
  const reason = options.reason ?? null;
  const planned = engine.dryRun(plan, { by, reason });
  if (options.dryRun === true) return planned;
  const confirmed = options.yes === true || (await options.confirm?.(planned)) === true;
  const run = await engine.start(plan, { by, reason, confirmed }, signal);
  const detail = { status: run.status, quarantine: run.quarantine, losses: run.losses.length };
  await session.record(plan.name, plan.subject.join(" "), reason ?? "", { run: run.id, ...detail });
  return run;
}
