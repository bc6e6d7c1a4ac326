-- The paper a clearing rests on, sealed; and proposals that nobody carries out.

-- No history: it is deleted some time after its proposal came to its end (docs/spec/papers.md). What stays is its
-- sum in the proposal, and both sums in the audit.
CREATE TABLE clearing_paper (
    clearing TEXT PRIMARY KEY REFERENCES clearing (id),
    at_ms INTEGER NOT NULL,
    media TEXT NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
    received_sha256 TEXT NOT NULL CHECK (length(received_sha256) = 64),
    stored_sha256 TEXT NOT NULL CHECK (length(stored_sha256) = 64),
    key TEXT NOT NULL,
    sealed BLOB NOT NULL CHECK (length(sealed) > 28)
) STRICT;

-- A proposal that was laid aside by a person, or by the clock.
CREATE TABLE clearing_end (
    clearing TEXT PRIMARY KEY REFERENCES clearing (id),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL CHECK (reason <> '')
) STRICT, WITHOUT ROWID;

CREATE TRIGGER clearing_paper_is_named BEFORE INSERT ON clearing_paper
BEGIN
    SELECT RAISE (ABORT, 'a clearing names its paper')
    WHERE NOT EXISTS (SELECT 1 FROM clearing WHERE id = NEW.clearing AND papers = NEW.received_sha256);
END;

CREATE TRIGGER clearing_paper_stays BEFORE UPDATE ON clearing_paper
BEGIN SELECT RAISE (ABORT, 'a paper is deleted, not changed'); END;

CREATE TRIGGER clearing_paper_is_needed BEFORE DELETE ON clearing_paper
BEGIN
    SELECT RAISE (ABORT, 'a paper is kept while its clearing waits')
    WHERE NOT EXISTS (SELECT 1 FROM mark WHERE clearing = OLD.clearing)
        AND NOT EXISTS (SELECT 1 FROM clearing_end WHERE clearing = OLD.clearing);
END;

CREATE TRIGGER clearing_end_stays BEFORE UPDATE ON clearing_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER clearing_end_keeps BEFORE DELETE ON clearing_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER clearing_ends_once BEFORE INSERT ON clearing_end
BEGIN
    SELECT RAISE (ABORT, 'this clearing was carried out')
    WHERE EXISTS (SELECT 1 FROM mark WHERE clearing = NEW.clearing);
END;

CREATE TRIGGER mark_of_no_ended_clearing BEFORE INSERT ON mark WHEN NEW.clearing <> ''
BEGIN
    SELECT RAISE (ABORT, 'this clearing was laid aside')
    WHERE EXISTS (SELECT 1 FROM clearing_end WHERE clearing = NEW.clearing);
END;
