import type { ProposedCollection } from "./document-folders.ts";
import type { ProposedLog } from "./event-logs.ts";

/** A store that was found; its path is relative to the file. */
export type ProposedStore =
  | { readonly driver: "sqlite"; readonly path: string }
  | {
      readonly driver: "documents";
      readonly path: string;
      readonly collections: ReadonlyMap<string, ProposedCollection>;
    }
  | ({ readonly driver: "event-log" } & ProposedLog);

/** What a first salvor.yaml says. */
export interface TemplateInput {
  readonly system: string;
  /** By name. */
  readonly stores: ReadonlyMap<string, ProposedStore>;
  readonly cutShort: boolean;
}

/** A first salvor.yaml, with the comments that its owner needs to go on. */
export function renderConfig(input: TemplateInput): string {
  return `# What Salvor protects, and how. Check it with: salvor config check
# Relative paths start from this folder. \${NAME} in a value is taken from the environment.

system: ${scalar(input.system)}
state: .salvor                # Salvor's own state: runs, locks, audit trail

repository:
  path: ./backups             # better: another disk, or a mounted share
  # encryption: { passphraseEnv: SALVOR_PASSPHRASE }     # before the first backup

# How many snapshots of each store "salvor prune" keeps: the newest, then one a day, week, month.
retention: { keepLast: 7, keepDaily: 14, keepWeekly: 8, keepMonthly: 12 }

${input.cutShort ? "# There was more below this folder than init looks at: add what is missing.\n" : ""}${renderStores(input.stores)}`;
}

/** The entries of stores alone, as they stand below `stores:`. */
function renderStores(stores: ReadonlyMap<string, ProposedStore>): string {
  if (stores.size === 0) {
    return `# No SQLite database, event log or folder of documents was found below this folder. Name yours like this:
#   shop: { driver: sqlite, path: ./data/shop.sqlite }
stores: {}
`;
  }
  return `${STORE_KEYS}stores:\n${renderEntries(stores)}`;
}

/** What is worth saying of a store, and only its owner knows. */
const STORE_KEYS = `# What Salvor cannot know, you can add to a store:
#   expect: { "*": { shrinkMax: 5% } }    # no table loses more rows than that between two backups
#   rules: ./rules/shop.sql               # queries that must find nothing
#   sensitive: [customer.email]           # masked in findings and reports
`;

/** One entry a store, indented by two. */
export function renderEntries(stores: ReadonlyMap<string, ProposedStore>): string {
  return [...stores].map(([name, store]) => renderEntry(name, store)).join("");
}

function renderEntry(name: string, store: ProposedStore): string {
  const { driver, path } = store;
  const head = `  ${scalar(name)}:\n    driver: ${driver}\n    path: ${scalar(`./${path}`)}\n`;
  if (store.driver === "documents") return head + renderCollections(store.collections);
  return store.driver === "event-log" ? head + renderLog(store) : head;
}

function renderCollections(collections: ReadonlyMap<string, ProposedCollection>): string {
  const lines = [...collections].map(([each, { files, key }]) => {
    const more = key === null ? "" : `, key: ${scalar(key)}`;
    return `      ${scalar(each)}: { files: ${scalar(files)}${more} }\n`;
  });
  return `    collections:\n${lines.join("")}`;
}

function renderLog({ envelope, checksum }: ProposedLog): string {
  const fields = Object.entries(envelope).map(([field, name]) => `${field}: ${scalar(name)}`);
  const mapped = fields.length === 0 ? "" : `    envelope: { ${fields.join(", ")} }\n`;
  if (checksum === null) return mapped;
  const { field, algorithm } = checksum;
  return `${mapped}    checksum: { field: ${scalar(field)}, algorithm: ${algorithm}, over: head }\n`;
}

/** Plain where every reader of YAML agrees, else quoted as JSON is; `${` stays literal. */
function scalar(text: string): string {
  const literal = text.replaceAll("${", () => "$${");
  const plain = /^(\.\/)?[A-Za-z_][\w./-]*$/.test(literal) && !RESERVED.test(literal);
  return plain ? literal : JSON.stringify(literal);
}

const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;
