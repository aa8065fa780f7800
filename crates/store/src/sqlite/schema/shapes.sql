-- shapes.db: what is known of the shapes of deliveries.

CREATE TABLE shapes (
    of_agency INTEGER NOT NULL,
    owner     BLOB NOT NULL CHECK (length(owner) = 16),
    platform  TEXT NOT NULL,
    data      BLOB NOT NULL,
    PRIMARY KEY (of_agency, owner, platform)
) STRICT;
