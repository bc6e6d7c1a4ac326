-- Papers of requests, sealed; and the mails that a server refused for good.

-- No history: a paper is deleted some time after the end of its request (docs/spec/papers.md). What stays is the
-- act that names its two sums.
CREATE TABLE paper (
    id text PRIMARY KEY,
    request text NOT NULL REFERENCES request (id),
    kind text NOT NULL CHECK (kind IN ('label-photo', 'police-receipt', 'purchase', 'registration', 'vin-photo')),
    at_ms bigint NOT NULL,
    media text NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
    received_sha256 text NOT NULL CHECK (length(received_sha256) = 64),
    stored_sha256 text NOT NULL CHECK (length(stored_sha256) = 64),
    key text NOT NULL,
    sealed bytea NOT NULL CHECK (length(sealed) > 28)
);

-- What is sealed does not become smaller, so trying costs time and saves nothing.
ALTER TABLE paper ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE INDEX paper_by_request ON paper (request);

CREATE FUNCTION paper_is_needed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM request_act AS act WHERE act.request = OLD.request
            AND act.state IN ('released', 'refused', 'withdrawn', 'expired')
    ) THEN
        RAISE EXCEPTION 'a paper is kept until its request has ended' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER paper_is_needed BEFORE DELETE ON paper FOR EACH ROW EXECUTE FUNCTION paper_is_needed();

CREATE TABLE outbox_refused (
    id bigint PRIMARY KEY REFERENCES outbox (id),
    at_ms bigint NOT NULL,
    reply bigint NOT NULL CHECK (reply BETWEEN 500 AND 599)
);

REVOKE ALL ON FUNCTION paper_is_needed FROM PUBLIC;

GRANT SELECT, INSERT, DELETE ON paper TO radiokey_desk;

GRANT SELECT ON paper TO radiokey_clerk, radiokey_approver;

-- Which keys still seal something.
GRANT SELECT (key) ON paper TO radiokey_keeper;

GRANT SELECT (id, request, kind, at_ms, media, received_sha256, stored_sha256, key) ON paper TO radiokey_auditor;

GRANT SELECT, INSERT ON outbox_refused TO radiokey_desk;

GRANT SELECT ON outbox_refused TO radiokey_auditor;
