import { observeOf, type Catalogue } from "../catalogue.ts";

const RESTORE = ["restore-beside", "exchange"];
const PERMISSIONS = ["check-permissions"];

const CATALOGUE = {
  "files.root.missing": ["The folder is missing", "critical", "structure", RESTORE],
  "files.root.kind": ["The folder is something else", "critical", "structure", RESTORE],
  "files.entry.unreadable": ["An entry cannot be read", "high", "permission", PERMISSIONS],
  "files.entry.hardware": ["The disk fails to read an entry", "critical", "hardware", []],
  "files.entry.special": ["A socket, pipe or device is not kept", "info", "configuration", []],
  "files.tree.changing": ["Files change while they are read", "info", "configuration", []],
  "files.certificate.expired": ["A certificate has expired", "high", "configuration", []],
  "files.certificate.expiring": ["A certificate expires soon", "medium", "configuration", []],
  "files.certificate.early": ["A certificate is not valid yet", "medium", "configuration", []],
  "files.certificate.damaged": ["A certificate cannot be read", "medium", "corruption", RESTORE],
  "files.key.exposed": ["Others can read a private key", "high", "permission", PERMISSIONS],
  "files.env.syntax": ["An .env file does not parse", "medium", "configuration", []],
  "files.link.dangling": ["A link leads nowhere", "medium", "reference", []],
  "files.link.outside": ["A link leads out of the tree", "low", "reference", []],
  "files.hardlink.outside": ["A file has a name out of the tree", "info", "reference", []],
  "files.content.zeros": ["A file holds zeros alone", "low", "corruption", []],
  "files.content.leftover": ["A writer has left a temporary file", "info", "configuration", []],
} as const satisfies Catalogue;

/** Words an observation of the catalogue. */
export const observe = observeOf(CATALOGUE);
