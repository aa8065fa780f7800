-- log.db: the truth. Everything in records.db follows from it.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Workspaces are named by a small number inside both files.
CREATE TABLE workspace (
    no         INTEGER PRIMARY KEY,
    id         BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    agency     BLOB NOT NULL CHECK (length(agency) = 16),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    reserved   INTEGER NOT NULL CHECK (reserved IN (0, 1)),
    deleted    INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1))
) STRICT;

CREATE TABLE agency (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    unrouted   BLOB NOT NULL CHECK (length(unrouted) = 16)
) STRICT, WITHOUT ROWID;

CREATE TABLE address (
    address    BLOB NOT NULL PRIMARY KEY CHECK (length(address) = 16),
    agency     BLOB,
    workspace  BLOB,
    created_at INTEGER NOT NULL,
    CHECK ((agency IS NULL) <> (workspace IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE api_key (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    hash       BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
    agency     BLOB,
    workspace  BLOB,
    can_write  INTEGER NOT NULL CHECK (can_write IN (0, 1)),
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    CHECK (agency IS NULL OR workspace IS NULL)
) STRICT, WITHOUT ROWID;

-- One row per entry, in arrival order. The payload is zstd, with a dictionary (0 is none), of the event as JSON (its first `event_bytes` bytes, once unpacked)
-- followed by the raw body: the two repeat each other, and compress as one.
CREATE TABLE entry (
    position    INTEGER PRIMARY KEY,
    workspace   INTEGER NOT NULL,
    id          BLOB NOT NULL CHECK (length(id) = 16),
    digest      INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    origin      INTEGER NOT NULL,
    counts      INTEGER NOT NULL CHECK (counts IN (0, 1)),
    uncounts    INTEGER,
    dictionary  INTEGER NOT NULL DEFAULT 0,
    event_bytes INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    payload     BLOB NOT NULL
) STRICT;

-- Ids lead with time, so inserts stay at the right edge of this index. The digest tells variants of one event apart.
CREATE UNIQUE INDEX entry_id ON entry (workspace, id, digest);

-- The guard beside the id, for events whose time does not identify them.
CREATE TABLE claim (
    workspace  INTEGER NOT NULL,
    hash       BLOB NOT NULL CHECK (length(hash) = 16),
    id         BLOB NOT NULL CHECK (length(id) = 16),
    claimed_at INTEGER NOT NULL,
    PRIMARY KEY (workspace, hash)
) STRICT, WITHOUT ROWID;

-- Repetitions of events; an event that came once has no row.
CREATE TABLE duplicate (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL CHECK (length(id) = 16),
    count     INTEGER NOT NULL,
    last_at   INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

-- Answers to writes that came with an idempotency key, numbered in the order of their being kept.
CREATE TABLE answer (
    no      INTEGER PRIMARY KEY,
    key     BLOB NOT NULL UNIQUE CHECK (length(key) = 32),
    request BLOB NOT NULL CHECK (length(request) = 32),
    status  INTEGER NOT NULL,
    body    BLOB NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

CREATE INDEX answer_age ON answer (at);

CREATE TABLE quarantine (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    workspace   INTEGER NOT NULL,
    platform    TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    headers     TEXT NOT NULL,
    bytes       INTEGER NOT NULL,
    body        BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX quarantine_age ON quarantine (workspace, received_at, id);

-- What each workspace's quarantine holds, so that its bound is checked without counting rows.
CREATE TABLE quarantine_total (
    workspace INTEGER NOT NULL PRIMARY KEY,
    count     INTEGER NOT NULL,
    bytes     INTEGER NOT NULL
) STRICT;
