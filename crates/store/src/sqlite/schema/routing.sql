-- Routing of what comes to agencies' addresses.

-- Rules. An agency has one rule at most for a thing that is looked for; the platform is empty for all of them.
CREATE TABLE route (
    id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    agency     BLOB NOT NULL CHECK (length(agency) = 16),
    platform   TEXT NOT NULL,
    match_by   TEXT NOT NULL,
    value      TEXT NOT NULL,
    workspace  BLOB NOT NULL CHECK (length(workspace) = 16),
    created_at INTEGER NOT NULL,
    UNIQUE (agency, match_by, value, platform)
) STRICT, WITHOUT ROWID;

-- EmailBison instances that an agency's deliveries came from.
CREATE TABLE instance (
    agency   BLOB NOT NULL CHECK (length(agency) = 16),
    instance TEXT NOT NULL,
    PRIMARY KEY (agency, instance)
) STRICT, WITHOUT ROWID;

-- In which workspace of an agency a campaign was seen; null is more than one. `campaign` is the beginning of the SHA-256 of the
-- campaign key's text.
CREATE TABLE campaign_home (
    agency    BLOB NOT NULL CHECK (length(agency) = 16),
    campaign  BLOB NOT NULL CHECK (length(campaign) = 16),
    workspace INTEGER,
    PRIMARY KEY (agency, campaign)
) STRICT, WITHOUT ROWID;

-- Why an entry of a reserved workspace is not placed. One without a row was not tried.
CREATE TABLE waiting (
    position INTEGER PRIMARY KEY,
    code     TEXT NOT NULL,
    text     TEXT NOT NULL
) STRICT;

-- What was placed from a reserved workspace: the workspace that has it, and the event that it is there. The entry itself is in
-- `superseded`, and its `successor` is the entry in the other workspace.
CREATE TABLE placed (
    workspace INTEGER NOT NULL,
    id        BLOB NOT NULL CHECK (length(id) = 16),
    digest    INTEGER NOT NULL,
    target    INTEGER NOT NULL,
    event     BLOB NOT NULL CHECK (length(event) = 16),
    PRIMARY KEY (workspace, id, digest)
) STRICT, WITHOUT ROWID;
