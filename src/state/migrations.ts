/** One step of the schema: its statements run in one transaction and are never changed again. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/**
 * The schema of the state, oldest first: the version of a state is how many of these it has seen.
 * A released one is history: what it made is changed by a new one at the end, forwards only.
 */
export const migrations: readonly Migration[] = [
  {
    name: "identity",
    sql: `
      CREATE TABLE identity (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      INSERT INTO identity VALUES ('id', lower(hex(randomblob(16))));
    `,
  },
  {
    name: "audit trail",
    sql: `
      CREATE TABLE trail (
        sequence INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        actor TEXT NOT NULL,
        action TEXT NOT NULL,
        subject TEXT NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT NOT NULL,
        previous TEXT NOT NULL,
        hash TEXT NOT NULL,
        seal TEXT NOT NULL
      ) STRICT;
      CREATE TABLE trail_head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        sequence INTEGER NOT NULL,
        hash TEXT NOT NULL,
        seal TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    name: "journal of runs",
    sql: `
      CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        position INTEGER NOT NULL UNIQUE,
        plan TEXT NOT NULL,
        ended INTEGER NOT NULL DEFAULT 0
      ) STRICT;
      CREATE INDEX runs_unfinished ON runs (position) WHERE ended = 0;
      CREATE TABLE run_events (
        run TEXT NOT NULL REFERENCES runs (id),
        sequence INTEGER NOT NULL,
        at INTEGER NOT NULL,
        elapsed_ms REAL,
        event TEXT NOT NULL,
        PRIMARY KEY (run, sequence)
      ) STRICT;
    `,
  },
  {
    name: "findings",
    sql: `
      CREATE TABLE findings (
        id TEXT PRIMARY KEY,
        store TEXT,
        status TEXT NOT NULL,
        rank INTEGER NOT NULL,
        detected_at TEXT NOT NULL,
        finding TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX findings_worst_first ON findings (rank, detected_at, id, status, store);
      CREATE INDEX findings_unresolved ON findings (store, id) WHERE status <> 'resolved';
    `,
  },
];
