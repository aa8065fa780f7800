-- records.db: a view of log.db, folded up to the position in `meta`. It may be deleted; it is then folded again.
-- States are in postcard form; the columns beside them are what lists are filtered and sorted by.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    workspace  INTEGER NOT NULL,
    key        TEXT NOT NULL,
    id         BLOB NOT NULL,
    head       TEXT,
    listed     INTEGER NOT NULL,
    status     TEXT,
    interest   TEXT,
    updated_at INTEGER,
    search     TEXT,
    tags       TEXT,
    lists      TEXT,
    state      BLOB NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX contact_id ON contact (workspace, id);
CREATE INDEX contact_updated ON contact (workspace, updated_at, key) WHERE listed = 1;
CREATE INDEX contact_status ON contact (workspace, status, updated_at, key) WHERE listed = 1;

-- Pairs of contact keys, each both ways.
CREATE TABLE contact_pair (
    workspace INTEGER NOT NULL,
    key       TEXT NOT NULL,
    other     TEXT NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, key, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign (
    workspace INTEGER NOT NULL,
    key       TEXT NOT NULL,
    id        BLOB NOT NULL,
    platform  TEXT NOT NULL,
    platform_id TEXT,
    listed    INTEGER NOT NULL,
    status    TEXT,
    last_event_at INTEGER,
    uniques   BLOB NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX campaign_id ON campaign (workspace, id);
CREATE INDEX campaign_platform_id ON campaign (workspace, platform_id);
CREATE INDEX campaign_listed ON campaign (workspace, last_event_at, key) WHERE listed = 1;

-- Pairs of campaign keys, each both ways.
CREATE TABLE campaign_pair (
    workspace INTEGER NOT NULL,
    key       TEXT NOT NULL,
    other     TEXT NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, key, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrollment (
    workspace INTEGER NOT NULL,
    campaign  TEXT NOT NULL,
    contact   TEXT NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, campaign, contact)
) STRICT, WITHOUT ROWID;

CREATE INDEX enrollment_contact ON enrollment (workspace, contact, campaign);

CREATE TABLE email (
    workspace INTEGER NOT NULL,
    key       TEXT NOT NULL,
    id        BLOB NOT NULL,
    inbound   INTEGER NOT NULL,
    status    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    contact   TEXT,
    campaign  TEXT,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX email_id ON email (workspace, id);
CREATE INDEX email_at ON email (workspace, at, id);
CREATE INDEX email_contact ON email (workspace, contact, at, id);
CREATE INDEX email_campaign ON email (workspace, campaign, at, id);

CREATE TABLE rollup (
    workspace       INTEGER NOT NULL,
    hour            INTEGER NOT NULL,
    campaign        TEXT NOT NULL,
    platform        INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (workspace, hour, campaign, platform, kind, sequence_number)
) STRICT, WITHOUT ROWID;

-- One row per log entry: where it is, and what it touches. `listed` is 1 on the variant that counts.
CREATE TABLE event (
    position    INTEGER PRIMARY KEY,
    workspace   INTEGER NOT NULL,
    id          BLOB NOT NULL,
    listed      INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    platform    INTEGER NOT NULL,
    contact     TEXT,
    campaign    TEXT,
    outbound    TEXT,
    inbound     TEXT
) STRICT;

CREATE INDEX event_at ON event (workspace, occurred_at, id) WHERE listed = 1;
CREATE INDEX event_id ON event (workspace, id) WHERE listed = 1;
CREATE INDEX event_contact ON event (workspace, contact, occurred_at, id) WHERE contact IS NOT NULL;
CREATE INDEX event_campaign ON event (workspace, campaign, occurred_at, id) WHERE campaign IS NOT NULL;
CREATE INDEX event_outbound ON event (workspace, outbound) WHERE outbound IS NOT NULL;
CREATE INDEX event_inbound ON event (workspace, inbound) WHERE inbound IS NOT NULL;
