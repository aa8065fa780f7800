-- Entries that a later reading of their body took the place of, by where they were; what counts is in `entry` alone.
-- `at` is the supersession's own position in the log, and that of the superseding entry if one was appended; `successor` is the
-- entry that says it now. `counted` is 1 if the entry was the variant that counted just before, and `heir` the variant that then
-- counted instead. The other columns are those of `entry`, as they were appended. The payload has no raw body if the superseding
-- entry has it.
CREATE TABLE superseded (
    position    INTEGER PRIMARY KEY,
    at          INTEGER NOT NULL UNIQUE,
    successor   INTEGER NOT NULL,
    counted     INTEGER NOT NULL CHECK (counted IN (0, 1)),
    heir        INTEGER,
    workspace   INTEGER NOT NULL,
    id          BLOB NOT NULL CHECK (length(id) = 16),
    digest      INTEGER NOT NULL,
    occurred_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    origin      INTEGER NOT NULL,
    counts      INTEGER NOT NULL CHECK (counts IN (0, 1)),
    uncounts    INTEGER,
    dictionary  INTEGER NOT NULL,
    event_bytes INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    payload     BLOB NOT NULL
) STRICT;
