-- What schema 2 of deliveries.db has beside the tables of schema 1.

-- How many deliveries that were made on a day (UTC, counted from 1970) stand how. Moved in the transactions that change them.
CREATE TABLE rollup (
    subscription INTEGER NOT NULL,
    day          INTEGER NOT NULL,
    status       INTEGER NOT NULL,
    count        INTEGER NOT NULL,
    PRIMARY KEY (subscription, day, status)
) STRICT, WITHOUT ROWID;

-- For those that are too old.
CREATE INDEX rollup_day ON rollup (day);

-- Replays: events of a period of receipt that are delivered again. `after` is the cursor, `through` where it ends.
CREATE TABLE replay (
    no              INTEGER PRIMARY KEY,
    subscription    INTEGER NOT NULL,
    run             INTEGER NOT NULL,
    -- What the request that made it is repeated by.
    once            BLOB UNIQUE CHECK (length(once) = 32),
    since           INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    -- Which kinds and which contact, as JSON.
    filter          TEXT NOT NULL,
    begin           INTEGER NOT NULL,
    after           INTEGER NOT NULL,
    through         INTEGER NOT NULL,
    status          INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    dispatched      INTEGER NOT NULL DEFAULT 0,
    not_expressible INTEGER NOT NULL DEFAULT 0,
    delivered       INTEGER NOT NULL DEFAULT 0,
    failed          INTEGER NOT NULL DEFAULT 0,
    skipped         INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE UNIQUE INDEX replay_run ON replay (subscription, run);

-- Who pulls: up to where each has taken what a subscription asks for.
CREATE TABLE consumer (
    subscription INTEGER NOT NULL,
    name         TEXT NOT NULL,
    position     INTEGER NOT NULL,
    moved_at     INTEGER NOT NULL,
    PRIMARY KEY (subscription, name)
) STRICT, WITHOUT ROWID;
