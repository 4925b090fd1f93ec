/** The files that can belong to an SQLite database, by what is added to its name. */
export const COMPANIONS = ["-wal", "-journal", "-shm"] as const;

/** Those of them that hold content. Copying `-shm` would copy locks and lies. */
export const CONTENT_COMPANIONS = ["-wal", "-journal"] as const;
