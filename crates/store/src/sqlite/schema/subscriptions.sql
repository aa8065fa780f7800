-- Who wants to be told what, and where. `settings` is JSON; `secrets` is sealed, and nothing in this file opens it. `since` is
-- where the log ended when the row was made.
CREATE TABLE subscription (
    id            BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    agency        BLOB,
    workspace     BLOB,
    status        INTEGER NOT NULL,
    status_reason TEXT,
    status_at     INTEGER NOT NULL,
    settings      TEXT NOT NULL,
    secrets       BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    since         INTEGER NOT NULL,
    CHECK ((agency IS NULL) <> (workspace IS NULL))
) STRICT, WITHOUT ROWID;
