import { extname } from "node:path";

/**
 * The URL of a module that lies beside the caller's: `.ts` in development, `.js` when compiled.
 * For what runs in a thread or a process of its own and is named by its URL.
 */
export function siblingModule(callerUrl: string, name: string): URL {
  return new URL(`./${name}${extname(new URL(callerUrl).pathname)}`, callerUrl);
}
