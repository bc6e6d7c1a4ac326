-- What a base states of itself and may change: the newest of a name counts, the older ones are its history. Here by
-- which ways a code of its ledger leaves (docs/spec/release.md); without a row it is the desk alone.

CREATE TABLE setting (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL CHECK (name IN ('ledger')),
    value TEXT NOT NULL CHECK (value IN ('desk', 'direct')),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL
) STRICT;

CREATE TRIGGER setting_stays BEFORE UPDATE ON setting BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER setting_keeps BEFORE DELETE ON setting BEGIN SELECT RAISE (ABORT, 'append-only'); END;
