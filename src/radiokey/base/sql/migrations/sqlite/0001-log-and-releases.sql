-- The log, the answered requests and the stolen list. History is append-only: triggers refuse the rest.

CREATE TABLE log_entry (
    idx INTEGER PRIMARY KEY CHECK (idx >= 0),
    leaf BLOB NOT NULL
) STRICT;

CREATE TABLE log_node (
    level INTEGER NOT NULL CHECK (level >= 0),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;

CREATE TABLE log_checkpoint (
    size INTEGER PRIMARY KEY CHECK (size > 0),
    note TEXT NOT NULL
) STRICT;

CREATE TABLE release (
    request_id TEXT PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    client TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    idx INTEGER NOT NULL UNIQUE REFERENCES log_entry (idx),
    receipt BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX release_by_client ON release (client, at_ms);

CREATE TABLE mark (
    id INTEGER PRIMARY KEY,
    act TEXT NOT NULL CHECK (act IN ('reported', 'cleared')),
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    vin TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX mark_by_number ON mark (kind, number);

CREATE TRIGGER log_entry_stays BEFORE UPDATE ON log_entry BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_entry_keeps BEFORE DELETE ON log_entry BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_node_stays BEFORE UPDATE ON log_node BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_node_keeps BEFORE DELETE ON log_node BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_checkpoint_stays BEFORE UPDATE ON log_checkpoint BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_checkpoint_keeps BEFORE DELETE ON log_checkpoint BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER release_stays BEFORE UPDATE ON release BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER release_keeps BEFORE DELETE ON release BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER mark_stays BEFORE UPDATE ON mark BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER mark_keeps BEFORE DELETE ON mark BEGIN SELECT RAISE (ABORT, 'append-only'); END;

