-- What the base signs for units: proposals, and what the factory kept of each unit (docs/spec/grants.md).

CREATE TABLE grant_proposal (
    id text PRIMARY KEY,
    what text NOT NULL CHECK (what IN ('chip-grant', 'pairing-end')),
    kind text NOT NULL,
    number text NOT NULL,
    serial text NOT NULL,
    chip text NOT NULL CHECK (length(chip) = CASE what WHEN 'chip-grant' THEN 32 ELSE 0 END),
    counter bigint NOT NULL CHECK (counter >= 0),
    reason text NOT NULL CHECK (reason <> ''),
    papers text NOT NULL CHECK (length(papers) = 64),
    by text NOT NULL CHECK (by <> ''),
    at_ms bigint NOT NULL
);

CREATE INDEX grant_proposal_by_time ON grant_proposal (at_ms);

-- The digest of a unit's code under its device's key: nobody opens it without the device.
CREATE TABLE unit_digest (
    kind text NOT NULL,
    number text NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 16),
    at_ms bigint NOT NULL,
    PRIMARY KEY (kind, number)
);

CREATE FUNCTION release_of_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.account = '' OR NOT EXISTS (
        SELECT 1 FROM grant_proposal AS proposal
        WHERE 'grant-' || proposal.id = NEW.request_id AND proposal.by <> NEW.account
            AND proposal.kind = NEW.kind AND proposal.number = NEW.number
    ) THEN
        RAISE EXCEPTION 'a grant needs a proposal of somebody else'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER release_of_grant BEFORE INSERT ON release
FOR EACH ROW WHEN (substr(NEW.request_id, 1, 6) = 'grant-') EXECUTE FUNCTION release_of_grant();

REVOKE ALL ON FUNCTION release_of_grant FROM PUBLIC;

GRANT SELECT ON grant_proposal, unit_digest TO radiokey_door;

-- A registrar keeps what the factory wrote and proposes nothing; whoever proposes sees no digest.
GRANT SELECT (kind, number), INSERT ON unit_digest TO radiokey_registrar;

GRANT SELECT, INSERT ON grant_proposal TO radiokey_clerk;

GRANT SELECT (request_id) ON release TO radiokey_clerk;

GRANT SELECT ON grant_proposal TO radiokey_auditor;

GRANT SELECT (kind, number, at_ms) ON unit_digest TO radiokey_auditor;
