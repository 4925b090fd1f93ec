import { initConfig, type InitRequest } from "./config/init.ts";
import { openSession } from "./session.ts";
import type { InitDocument } from "./types.ts";

/** Writes a salvor.yaml for what is found, and begins the audit trail with that. */
export async function initSystem(request: InitRequest, by?: string): Promise<InitDocument> {
  const document = await initConfig(request);
  if (!document.written) return document;
  const { cwd, env } = request;
  await using session = await openSession({ config: document.config, cwd, env, by });
  const { stores, kept } = document;
  await session.record("init", document.config, "", { stores: [...stores], kept });
  return document;
}
