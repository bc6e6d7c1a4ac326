-- Papers of requests, sealed; and the mails that a server refused for good.

-- No history: a paper is deleted some time after the end of its request (docs/spec/papers.md). What stays is the
-- act that names its two sums.
CREATE TABLE paper (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL REFERENCES request (id),
    kind TEXT NOT NULL CHECK (kind IN ('label-photo', 'police-receipt', 'purchase', 'registration', 'vin-photo')),
    at_ms INTEGER NOT NULL,
    media TEXT NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
    received_sha256 TEXT NOT NULL CHECK (length(received_sha256) = 64),
    stored_sha256 TEXT NOT NULL CHECK (length(stored_sha256) = 64),
    key TEXT NOT NULL,
    sealed BLOB NOT NULL CHECK (length(sealed) > 28)
) STRICT;

CREATE INDEX paper_by_request ON paper (request);

CREATE TRIGGER paper_stays BEFORE UPDATE ON paper BEGIN SELECT RAISE (ABORT, 'a paper is deleted, not changed'); END;

CREATE TRIGGER paper_is_needed BEFORE DELETE ON paper
BEGIN
    SELECT RAISE (ABORT, 'a paper is kept until its request has ended')
    WHERE NOT EXISTS (
        SELECT 1 FROM request_act AS act WHERE act.request = OLD.request
            AND act.state IN ('released', 'refused', 'withdrawn', 'expired')
    );
END;

CREATE TABLE outbox_refused (
    id INTEGER PRIMARY KEY REFERENCES outbox (id),
    at_ms INTEGER NOT NULL,
    reply INTEGER NOT NULL CHECK (reply BETWEEN 500 AND 599)
) STRICT;

CREATE TRIGGER outbox_refused_stays BEFORE UPDATE ON outbox_refused BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER outbox_refused_keeps BEFORE DELETE ON outbox_refused BEGIN SELECT RAISE (ABORT, 'append-only'); END;
