-- What the ledger covers, told from its imports: a view of it must not count ten million units.

CREATE TABLE coverage (
    file text NOT NULL,
    byte_offset bigint NOT NULL,
    model text NOT NULL,
    units bigint NOT NULL CHECK (units > 0),
    at_ms bigint NOT NULL,
    PRIMARY KEY (file, byte_offset, model)
);

-- What is there already, counted this once. Nobody wrote down when each came: it is no newer than the last import.
INSERT INTO coverage (file, byte_offset, model, units, at_ms)
SELECT '', 0, model, count(*), (SELECT coalesce(max(at_ms), 0) FROM import_step) FROM unit GROUP BY model;

GRANT INSERT ON coverage TO radiokey_registrar;

GRANT SELECT ON coverage TO radiokey_desk, radiokey_auditor;

-- Who asked for this radio before?
CREATE INDEX request_by_number ON request (number, kind);
