-- What the ledger covers, told from its imports: a view of it must not count ten million units.

CREATE TABLE coverage (
    file TEXT NOT NULL,
    byte_offset INTEGER NOT NULL,
    model TEXT NOT NULL,
    units INTEGER NOT NULL CHECK (units > 0),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (file, byte_offset, model)
) STRICT, WITHOUT ROWID;

-- What is there already, counted this once. Nobody wrote down when each came: it is no newer than the last import.
INSERT INTO coverage (file, byte_offset, model, units, at_ms)
SELECT '', 0, model, count(*), (SELECT coalesce(max(at_ms), 0) FROM import_step) FROM unit GROUP BY model;

CREATE TRIGGER coverage_stays BEFORE UPDATE ON coverage BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER coverage_keeps BEFORE DELETE ON coverage BEGIN SELECT RAISE (ABORT, 'append-only'); END;

-- Who asked for this radio before?
CREATE INDEX request_by_number ON request (number, kind);
