import { chromium, type Browser } from "playwright-core";

/** Debian's Chromium without a window; a test that uses it says `requireTool("chromium")`. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox"], // root has no sandbox, and tests in containers are root
  });
}
