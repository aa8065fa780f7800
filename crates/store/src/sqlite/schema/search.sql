-- search.db: an index of log.db's texts, up to the position in `meta`. It may be deleted; it is then built again.
--
-- Texts are not stored again: `words` has only which word is where. What a search answers is read from the records and the log.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Per workspace the time of receipt of the newest entry that is in here.
CREATE TABLE reach (
    workspace INTEGER PRIMARY KEY,
    as_of     INTEGER NOT NULL
) STRICT;

-- One row per entry: when it happened, and the ids of the messages it tells of.
CREATE TABLE told (
    position    INTEGER PRIMARY KEY,
    occurred_at INTEGER NOT NULL,
    sent        BLOB,
    came        BLOB
) STRICT;

-- The words of each entry, by its position. `whose` has no text, but the workspace and the messages it tells of: every query names
-- its workspace there. `about` is what the event is, `who` names and addresses, `sent` and `came` the two messages.
CREATE VIRTUAL TABLE words USING fts5(
    whose, about, who, sent, came,
    content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
