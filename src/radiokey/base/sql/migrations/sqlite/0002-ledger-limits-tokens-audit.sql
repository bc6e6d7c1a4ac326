-- The central base: units and their sealed codes, limits, tokens, audit, proposals, witnesses' signatures.

CREATE TABLE hosting (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    organisation TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    serial TEXT NOT NULL,
    model TEXT NOT NULL,
    market TEXT NOT NULL,
    vin TEXT NOT NULL,
    key TEXT NOT NULL,
    sealed BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX unit_by_number ON unit (number, kind);

CREATE TABLE import_step (
    file TEXT NOT NULL,
    lines INTEGER NOT NULL,
    byte_offset INTEGER NOT NULL,
    accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    PRIMARY KEY (file, byte_offset)
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket (
    name TEXT PRIMARY KEY,
    full_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX bucket_by_time ON bucket (full_at_ms);

CREATE TABLE token (
    id TEXT PRIMARY KEY,
    hashed BLOB NOT NULL CHECK (length(hashed) = 32),
    account TEXT NOT NULL,
    organisation TEXT NOT NULL,
    scopes TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE token_end (
    id TEXT PRIMARY KEY REFERENCES token (id),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE TABLE clearing (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    vin TEXT NOT NULL,
    label TEXT NOT NULL,
    reason TEXT NOT NULL,
    papers TEXT NOT NULL CHECK (papers <> ''),
    by TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE log_cosignature (
    size INTEGER NOT NULL REFERENCES log_checkpoint (size),
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT, WITHOUT ROWID;

ALTER TABLE release ADD COLUMN kind TEXT NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN number TEXT NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN vin TEXT NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN account TEXT NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN evidence TEXT NOT NULL DEFAULT '';

CREATE INDEX release_by_number ON release (number, kind);

ALTER TABLE mark ADD COLUMN clearing TEXT NOT NULL DEFAULT '';

CREATE UNIQUE INDEX mark_by_clearing ON mark (clearing) WHERE clearing <> '';

-- On a hosted base a clearing carries out a proposal of somebody else, about the same radio. On one's own machine
-- its owner is everybody.
CREATE TRIGGER mark_needs_two BEFORE INSERT ON mark
WHEN NEW.act = 'cleared' AND (NEW.clearing <> '' OR EXISTS (SELECT 1 FROM hosting))
BEGIN
    SELECT RAISE (ABORT, 'a clearing needs a proposal of somebody else')
    WHERE NOT EXISTS (
        SELECT 1 FROM clearing
        WHERE id = NEW.clearing AND by <> NEW.by AND kind = NEW.kind AND number = NEW.number
            AND vin = NEW.vin AND label = NEW.label
    );
END;

CREATE TRIGGER hosting_stays BEFORE UPDATE ON hosting BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER hosting_keeps BEFORE DELETE ON hosting BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER unit_stays BEFORE UPDATE OF id, kind, number, serial, model, market, vin ON unit
BEGIN SELECT RAISE (ABORT, 'only the seal of a unit changes'); END;

CREATE TRIGGER unit_keeps BEFORE DELETE ON unit BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER import_step_stays BEFORE UPDATE ON import_step BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER import_step_keeps BEFORE DELETE ON import_step BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER token_stays BEFORE UPDATE ON token BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER token_keeps BEFORE DELETE ON token BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER token_end_stays BEFORE UPDATE ON token_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER token_end_keeps BEFORE DELETE ON token_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER clearing_stays BEFORE UPDATE ON clearing BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER clearing_keeps BEFORE DELETE ON clearing BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_cosignature_stays BEFORE UPDATE ON log_cosignature
BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER log_cosignature_keeps BEFORE DELETE ON log_cosignature
BEGIN SELECT RAISE (ABORT, 'append-only'); END;
