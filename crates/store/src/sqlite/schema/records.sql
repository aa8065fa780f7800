-- records.db: a view of log.db, folded up to the position in `meta`. It may be deleted; it is then folded again.
--
-- What an event costs here is the pages it touches. So everything about one contact key lies together: its state, its
-- enrollments, its messages, its events and its pairs are `part`s under one number. Numbers are given in the order in which
-- keys are first seen, so a new contact is written at the right edge. What lists are sorted by lies in tables of its own, which
-- change only when that does, and is led by time wherever it can be. States are in the form of `hookline_model::packed`.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The number of a contact key, by the id that derives from it. A key of which nothing is known but that it was named together
-- with one other has no number: `named` is that of the other.
CREATE TABLE contact_ref (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    contact   INTEGER,
    named     INTEGER,
    PRIMARY KEY (workspace, id),
    CHECK ((contact IS NULL) <> (named IS NULL))
) STRICT, WITHOUT ROWID;

-- Everything about a contact key: the parts that `rows/part.rs` lists, in chunks (`rows/chunk.rs`) of which `first` is where each
-- begins. Number 0 has the messages that name no contact.
CREATE TABLE part (
    contact INTEGER NOT NULL,
    first   BLOB NOT NULL,
    parts   BLOB NOT NULL,
    PRIMARY KEY (contact, first)
) STRICT, WITHOUT ROWID;

-- Contacts by what they are listed under: a status (sort 1), an interest (2), a tag (3), a list (4). Every contact has a status, so
-- all contacts are those of every status. One that is marked for erasure is listed as that alone (5), by the time of the mark.
CREATE TABLE contact_list (
    workspace  INTEGER NOT NULL,
    sort       INTEGER NOT NULL,
    name       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    id         BLOB NOT NULL,
    contact    INTEGER NOT NULL,
    PRIMARY KEY (workspace, sort, name, created_at, id)
) STRICT, WITHOUT ROWID;

-- Campaign keys. One without a state was named and has no event.
CREATE TABLE campaign (
    campaign      INTEGER PRIMARY KEY,
    workspace     INTEGER NOT NULL,
    id            BLOB NOT NULL,
    key           TEXT NOT NULL,
    platform      TEXT NOT NULL,
    platform_id   TEXT,
    listed        INTEGER NOT NULL,
    status        TEXT,
    last_event_at INTEGER,
    uniques       BLOB,
    state         BLOB
) STRICT;

CREATE UNIQUE INDEX campaign_id ON campaign (workspace, id);
CREATE INDEX campaign_platform_id ON campaign (workspace, platform_id);
CREATE INDEX campaign_listed ON campaign (workspace, last_event_at, id) WHERE listed = 1;

-- Pairs of campaign keys, each both ways.
CREATE TABLE campaign_pair (
    campaign INTEGER NOT NULL,
    other    INTEGER NOT NULL,
    state    BLOB NOT NULL,
    PRIMARY KEY (campaign, other)
) STRICT, WITHOUT ROWID;

-- Which contact keys have an enrollment in a campaign key.
CREATE TABLE enrolled (
    campaign INTEGER NOT NULL,
    contact  INTEGER NOT NULL,
    PRIMARY KEY (campaign, contact)
) STRICT, WITHOUT ROWID;

-- Under which contact key's number a message lies: that of the first event about it.
CREATE TABLE email_ref (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    home      INTEGER NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

-- Messages by time: all of a workspace (campaign 0), and those of each campaign key.
CREATE TABLE email_list (
    workspace INTEGER NOT NULL,
    campaign  INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    id        BLOB NOT NULL,
    home      INTEGER NOT NULL,
    PRIMARY KEY (workspace, campaign, at, id)
) STRICT, WITHOUT ROWID;

-- Messages that belong to another contact key than the one they lie under.
CREATE TABLE email_moved (
    contact INTEGER NOT NULL,
    id      BLOB NOT NULL,
    home    INTEGER NOT NULL,
    PRIMARY KEY (contact, id)
) STRICT, WITHOUT ROWID;

-- Items, by the id that derives from sort and platform's id. `at` is what they are listed by. `owner` is the id of the contact key
-- of one that is somebody's, and empty for all others. One that was deleted is not listed.
CREATE TABLE item (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    sort      INTEGER NOT NULL,
    owner     BLOB NOT NULL,
    at        INTEGER NOT NULL,
    listed    INTEGER NOT NULL,
    state     BLOB NOT NULL,
    PRIMARY KEY (workspace, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX item_listed ON item (workspace, sort, owner, at, id) WHERE listed = 1;

-- Which log entries tell of an item. There are few of both, and no other list leads to them: a deletion seldom says whose note it
-- was.
CREATE TABLE item_entry (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (workspace, id, position)
) STRICT, WITHOUT ROWID;

-- Counted events by quarter of an hour. A campaign of 0 and a number of -1 are none.
CREATE TABLE rollup (
    workspace       INTEGER NOT NULL,
    quarter         INTEGER NOT NULL,
    campaign        INTEGER NOT NULL,
    platform        INTEGER NOT NULL,
    kind            INTEGER NOT NULL,
    sequence_number INTEGER NOT NULL,
    interest        INTEGER NOT NULL,
    count           INTEGER NOT NULL,
    PRIMARY KEY (workspace, quarter, campaign, platform, kind, sequence_number, interest)
) STRICT, WITHOUT ROWID;

-- First times of enrollments by quarter of an hour, under the smallest key of their campaign.
CREATE TABLE first (
    workspace INTEGER NOT NULL,
    quarter   INTEGER NOT NULL,
    campaign  INTEGER NOT NULL,
    counter   INTEGER NOT NULL,
    count     INTEGER NOT NULL,
    PRIMARY KEY (workspace, quarter, campaign, counter)
) STRICT, WITHOUT ROWID;

-- For counting a campaign again.
CREATE INDEX first_campaign ON first (campaign);

-- One row per log entry, by time. `listed` is 1 on the variant that counts. An event is found by its id through the log, which
-- has that index anyway, and by its contact through that contact's parts.
CREATE TABLE event (
    workspace   INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    position    INTEGER NOT NULL,
    listed      INTEGER NOT NULL,
    kind        INTEGER NOT NULL,
    platform    INTEGER NOT NULL,
    contact     INTEGER,
    campaign    INTEGER,
    PRIMARY KEY (workspace, occurred_at, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX event_campaign ON event (campaign, occurred_at, position) WHERE campaign IS NOT NULL;
