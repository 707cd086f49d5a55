// The tables, as migrations: each text brings the database from one version to the next and is never changed once released.

/** Migration i brings a database from version i to version i + 1 (PRAGMA user_version). */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE revisions (
    revision INTEGER PRIMARY KEY, digest TEXT NOT NULL, published_at_ms INTEGER NOT NULL,
    author TEXT NOT NULL, note TEXT NOT NULL, site TEXT NOT NULL
  ) STRICT;
  -- Immutable also for whoever opens the file by hand.
  CREATE TRIGGER revisions_stay BEFORE UPDATE ON revisions BEGIN SELECT RAISE(ABORT, 'a revision never changes'); END;
  CREATE TRIGGER revisions_last BEFORE DELETE ON revisions BEGIN SELECT RAISE(ABORT, 'a revision is never removed'); END;
  -- The version counts on when a draft is dropped, so that an old entity tag never fits a new draft.
  CREATE TABLE draft (
    only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL, base INTEGER NOT NULL,
    author TEXT NOT NULL, saved_at_ms INTEGER NOT NULL, site TEXT
  ) STRICT;
  CREATE TABLE switchboard (only INTEGER PRIMARY KEY CHECK (only = 1), document TEXT NOT NULL) STRICT;
  CREATE TABLE endpoints (only INTEGER PRIMARY KEY CHECK (only = 1), document TEXT NOT NULL) STRICT;
  CREATE TABLE tokens (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, digest TEXT NOT NULL, created_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, actor TEXT NOT NULL, address TEXT NOT NULL,
    request_id TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, reason TEXT NOT NULL, change TEXT NOT NULL
  ) STRICT;
  `,
  `
  CREATE TABLE purges (
    seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, owner TEXT NOT NULL, reason TEXT NOT NULL, key TEXT NOT NULL, document TEXT NOT NULL
  ) STRICT;
  CREATE INDEX purges_by_key ON purges (key, owner) WHERE key <> '';
  -- Where the log stands outlives its rows: a number is never given twice.
  CREATE TABLE purge_head (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL, floor INTEGER NOT NULL) STRICT;
  CREATE TABLE purge_repeats (
    of INTEGER PRIMARY KEY, due_at_ms INTEGER NOT NULL, owner TEXT NOT NULL, reason TEXT NOT NULL, document TEXT NOT NULL
  ) STRICT;
  `,
]
