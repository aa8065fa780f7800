-- Platforms connected to workspaces and agencies. Secrets are sealed with a key that is not in here.
CREATE TABLE source (
    of_agency       INTEGER NOT NULL CHECK (of_agency IN (0, 1)),
    owner           BLOB NOT NULL CHECK (length(owner) = 16),
    platform        TEXT NOT NULL,
    revision        INTEGER NOT NULL CHECK (revision > 0),
    method          TEXT NOT NULL,
    header          TEXT,
    field           TEXT,
    secret          BLOB,
    secret_previous BLOB,
    account         TEXT,
    ack             TEXT NOT NULL,
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    -- A JSON object of names.
    aliases         TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL,
    PRIMARY KEY (of_agency, owner, platform)
) STRICT, WITHOUT ROWID;
