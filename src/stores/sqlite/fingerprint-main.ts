import { preflight } from "./preflight/preflight.ts";

// A program of its own: prints the fingerprint of the database that its argument names. For a
// process that has the database open with the engine and must not open it in any other way.

process.stdout.write(`${preflight(process.argv[2] ?? "").fingerprint}\n`);
