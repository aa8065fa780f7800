-- deliveries.db: what is on its way to whom, and what came of it.

-- Subscriptions are named by a small number. `fast` and `bulk` are positions in the log.
CREATE TABLE subscription (
    no              INTEGER PRIMARY KEY,
    id              BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    fast            INTEGER NOT NULL,
    bulk            INTEGER NOT NULL,
    failed_in_row   INTEGER NOT NULL DEFAULT 0,
    delivered       INTEGER NOT NULL DEFAULT 0,
    failed          INTEGER NOT NULL DEFAULT 0,
    skipped         INTEGER NOT NULL DEFAULT 0,
    not_expressible INTEGER NOT NULL DEFAULT 0,
    -- The number of its last replay: none is given twice, since ids of deliveries are made of it.
    runs            INTEGER NOT NULL DEFAULT 0
) STRICT;

-- On their way. A row comes with its body in the transaction that moves the cursor, and goes when its delivery ends.
CREATE TABLE outbox (
    no           INTEGER PRIMARY KEY,
    subscription INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    run          INTEGER NOT NULL,
    id           BLOB NOT NULL CHECK (length(id) = 16),
    workspace    BLOB NOT NULL CHECK (length(workspace) = 16),
    event        BLOB NOT NULL CHECK (length(event) = 16),
    kind         INTEGER NOT NULL,
    lane         INTEGER NOT NULL,
    contact      INTEGER,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    charged      INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    attempts     BLOB,
    content_type TEXT NOT NULL,
    body         BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX outbox_key ON outbox (subscription, position, run);
CREATE INDEX outbox_id ON outbox (id);

-- Ended, in the order in which they did. The body stays where somebody may want to try again.
CREATE TABLE delivery (
    no           INTEGER PRIMARY KEY,
    subscription INTEGER NOT NULL,
    position     INTEGER NOT NULL,
    run          INTEGER NOT NULL,
    id           BLOB NOT NULL CHECK (length(id) = 16),
    -- The id's first eight bytes: an index of whole ids would be twice as large.
    id_head      INTEGER NOT NULL,
    workspace    BLOB NOT NULL CHECK (length(workspace) = 16),
    event        BLOB NOT NULL CHECK (length(event) = 16),
    kind         INTEGER NOT NULL,
    lane         INTEGER NOT NULL,
    contact      INTEGER,
    status       INTEGER NOT NULL,
    reason       TEXT,
    created_at   INTEGER NOT NULL,
    ended_at     INTEGER NOT NULL,
    charged      INTEGER NOT NULL,
    tries        INTEGER NOT NULL,
    attempts     BLOB,
    content_type TEXT NOT NULL,
    body         BLOB
) STRICT;

CREATE INDEX delivery_id ON delivery (id_head);
CREATE INDEX delivery_subscription ON delivery (subscription);
-- Those that somebody looks for among the many that were delivered (2).
CREATE INDEX delivery_status ON delivery (subscription, status) WHERE status <> 2;
