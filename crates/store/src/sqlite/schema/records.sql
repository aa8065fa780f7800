-- records.db: a view of log.db, folded up to the position in `meta`. It may be deleted; it is then folded again.
--
-- Rows go by the ids that derive from keys, so that a key is looked up without an index of its own. States are in postcard form;
-- the columns beside them are what lists are filtered and sorted by. What is sorted by hardly ever changes, so that an event
-- about a known contact moves no index entry.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    workspace  INTEGER NOT NULL,
    id         BLOB NOT NULL,
    key        TEXT NOT NULL,
    head       TEXT,
    alone      INTEGER NOT NULL,
    listed     INTEGER NOT NULL,
    status     TEXT,
    interest   TEXT,
    created_at INTEGER,
    search     TEXT,
    tags       TEXT,
    lists      TEXT,
    state      BLOB NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX contact_created ON contact (workspace, created_at, id) WHERE listed = 1;
CREATE INDEX contact_status ON contact (workspace, status, created_at, id) WHERE listed = 1;

-- Pairs of contact keys, each both ways.
CREATE TABLE contact_pair (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    other_id  BLOB NOT NULL,
    other     TEXT NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, id, other_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE campaign (
    workspace     INTEGER NOT NULL,
    id            BLOB NOT NULL,
    key           TEXT NOT NULL,
    platform      TEXT NOT NULL,
    platform_id   TEXT,
    listed        INTEGER NOT NULL,
    status        TEXT,
    last_event_at INTEGER,
    uniques       BLOB NOT NULL,
    state         BLOB NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX campaign_platform_id ON campaign (workspace, platform_id);
CREATE INDEX campaign_listed ON campaign (workspace, last_event_at, id) WHERE listed = 1;

-- Pairs of campaign keys, each both ways.
CREATE TABLE campaign_pair (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    other_id  BLOB NOT NULL,
    other     TEXT NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, id, other_id)
) STRICT, WITHOUT ROWID;

-- By contact first: a contact's enrollments lie together.
CREATE TABLE enrollment (
    workspace INTEGER NOT NULL,
    contact   BLOB NOT NULL,
    campaign  BLOB NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, contact, campaign)
) STRICT, WITHOUT ROWID;

CREATE INDEX enrollment_campaign ON enrollment (workspace, campaign, contact);

CREATE TABLE email (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    key       TEXT NOT NULL,
    inbound   INTEGER NOT NULL,
    status    TEXT NOT NULL,
    at        INTEGER NOT NULL,
    contact   BLOB,
    campaign  BLOB,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX email_at ON email (workspace, at, id);
CREATE INDEX email_contact ON email (workspace, contact, at, id) WHERE contact IS NOT NULL;
CREATE INDEX email_campaign ON email (workspace, campaign, at, id) WHERE campaign IS NOT NULL;

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

-- One row per log entry: where it is, and whom it is about. `listed` is 1 on the variant that counts. An event is found by its
-- id through the log, which has that index anyway.
CREATE TABLE event (
    position    INTEGER PRIMARY KEY,
    workspace   INTEGER NOT NULL,
    listed      INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    platform    INTEGER NOT NULL,
    contact     BLOB,
    campaign    BLOB
) STRICT;

CREATE INDEX event_at ON event (workspace, occurred_at) WHERE listed = 1;
CREATE INDEX event_contact ON event (workspace, contact, occurred_at) WHERE contact IS NOT NULL;
CREATE INDEX event_campaign ON event (workspace, campaign, occurred_at) WHERE campaign IS NOT NULL;
