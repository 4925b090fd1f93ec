import type { Observation } from "../../core/finding.ts";
import { holdsCertificates, holdsPrivateKey, judgeCertificates } from "./certificates.ts";
import { findEnvProblem, isEnvName } from "./env-file.ts";
import type { Found } from "./found.ts";
import { observe } from "./observe.ts";
import { nameIn, showPath } from "./raw-path.ts";

const CODES = {
  damaged: "files.certificate.damaged",
  early: "files.certificate.early",
  expired: "files.certificate.expired",
  expiring: "files.certificate.expiring",
} as const;

/** Bits that let the group and everybody else read. */
const READ_BY_OTHERS = 0o044;

/** What the beginning of a file gives reason to say. Keys and values themselves are never quoted. */
export function judgeContent(found: Found, head: Uint8Array, nowMs: number): Observation[] {
  const file = showPath(found.path);
  const name = nameIn(found.path);
  const said: Observation[] = [];
  // A file that goes on behind its beginning is none that one of these would write.
  const isWhole = found.size <= head.length;
  if (isWhole && holdsCertificates(name)) {
    for (const { verdict, description } of judgeCertificates(head, nowMs))
      said.push(observe(CODES[verdict], `${file}: ${description}`, { file }));
  }
  if ((found.mode & READ_BY_OTHERS) !== 0 && isKeyFile(name, head)) said.push(exposed(found, file));
  if (isWhole && isEnvName(name)) {
    const problem = findEnvProblem(head);
    if (problem !== null) {
      const { line, description } = problem;
      said.push(
        observe("files.env.syntax", `${file}, line ${line}: ${description}`, { file, line }),
      );
    }
  }
  return said;
}

/** A text that only speaks of keys does not begin with one. */
function isKeyFile(name: string, head: Uint8Array): boolean {
  const isNamedSo = holdsCertificates(name) || /\.key$/i.test(name);
  const begins = Buffer.from(head.subarray(0, 11)).toString("latin1") === "-----BEGIN ";
  return (isNamedSo || begins) && holdsPrivateKey(head);
}

function exposed({ mode }: Found, file: string): Observation {
  const who = (mode & 0o004) === 0 ? "its group" : "everybody";
  const bits = mode.toString(8).padStart(4, "0");
  const description = `${file} holds a private key, and ${who} may read it (mode ${bits})`;
  return observe("files.key.exposed", description, { file }, `mode ${bits}`);
}
