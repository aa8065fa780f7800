-- What schema 3 of deliveries.db has beside that of schema 2.

-- Of which part of its limit a subscription's failures in a row were warned of, in percent; 0 is none.
ALTER TABLE subscription ADD COLUMN warned INTEGER NOT NULL DEFAULT 0;

-- Warnings that are not in the log yet: a row comes in the transaction that writes down the failure, and goes when the log has it.
CREATE TABLE warning (
    no           INTEGER PRIMARY KEY,
    subscription BLOB NOT NULL CHECK (length(subscription) = 16),
    workspace    BLOB NOT NULL CHECK (length(workspace) = 16),
    at           INTEGER NOT NULL,
    -- What it says, as JSON.
    said         TEXT NOT NULL
) STRICT;

CREATE INDEX warning_subscription ON warning (subscription);
