-- What the base signs for units: proposals, and what the factory kept of each unit (docs/spec/grants.md).

CREATE TABLE grant_proposal (
    id TEXT PRIMARY KEY,
    what TEXT NOT NULL CHECK (what IN ('chip-grant', 'pairing-end')),
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    serial TEXT NOT NULL,
    chip TEXT NOT NULL CHECK (length(chip) = CASE what WHEN 'chip-grant' THEN 32 ELSE 0 END),
    counter INTEGER NOT NULL CHECK (counter >= 0),
    reason TEXT NOT NULL CHECK (reason <> ''),
    papers TEXT NOT NULL CHECK (length(papers) = 64),
    by TEXT NOT NULL CHECK (by <> ''),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX grant_proposal_by_time ON grant_proposal (at_ms);

-- The digest of a unit's code under its device's key: nobody opens it without the device.
CREATE TABLE unit_digest (
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 16),
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER grant_proposal_stays BEFORE UPDATE ON grant_proposal
BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER grant_proposal_keeps BEFORE DELETE ON grant_proposal
BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER unit_digest_stays BEFORE UPDATE ON unit_digest BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER unit_digest_keeps BEFORE DELETE ON unit_digest BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER release_of_grant BEFORE INSERT ON release WHEN substr(NEW.request_id, 1, 6) = 'grant-'
BEGIN
    SELECT RAISE (ABORT, 'a grant needs a proposal of somebody else')
    WHERE NEW.account = '' OR NOT EXISTS (
        SELECT 1 FROM grant_proposal
        WHERE 'grant-' || id = NEW.request_id AND by <> NEW.account
            AND kind = NEW.kind AND number = NEW.number
    );
END;
