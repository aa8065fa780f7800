-- What schema 4 of deliveries.db has beside that of schema 3.

-- Deliveries of the outbox that came together as their events did, and were not tried yet. `waiting` has a bit for each, the
-- lowest for the first one, while it has not ended; `first` and `last` are the least and the greatest position.
CREATE TABLE bundle (
    no           INTEGER PRIMARY KEY,
    subscription INTEGER NOT NULL,
    waiting      INTEGER NOT NULL,
    first        INTEGER NOT NULL,
    last         INTEGER NOT NULL
) STRICT;

CREATE INDEX bundle_subscription ON bundle (subscription);

-- What these are: all but their bodies, and the bodies one behind the other. It never changes, and goes with its bundle.
CREATE TABLE bundled (
    no     INTEGER PRIMARY KEY,
    heads  BLOB NOT NULL,
    bodies BLOB NOT NULL
) STRICT;
