-- The paper a clearing rests on, sealed; and proposals that nobody carries out.

-- No history: it is deleted some time after its proposal came to its end (docs/spec/papers.md). What stays is its
-- sum in the proposal, and both sums in the audit.
CREATE TABLE clearing_paper (
    clearing text PRIMARY KEY REFERENCES clearing (id),
    at_ms bigint NOT NULL,
    media text NOT NULL CHECK (media IN ('application/pdf', 'image/jpeg', 'image/png')),
    received_sha256 text NOT NULL CHECK (length(received_sha256) = 64),
    stored_sha256 text NOT NULL CHECK (length(stored_sha256) = 64),
    key text NOT NULL,
    sealed bytea NOT NULL CHECK (length(sealed) > 28)
);

-- What is sealed does not become smaller, so trying costs time and saves nothing.
ALTER TABLE clearing_paper ALTER COLUMN sealed SET STORAGE EXTERNAL;

-- A proposal that was laid aside by a person, or by the clock.
CREATE TABLE clearing_end (
    clearing text PRIMARY KEY REFERENCES clearing (id),
    at_ms bigint NOT NULL,
    by text NOT NULL,
    reason text NOT NULL CHECK (reason <> '')
);

CREATE FUNCTION clearing_paper_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM clearing WHERE id = NEW.clearing AND papers = NEW.received_sha256) THEN
        RAISE EXCEPTION 'a clearing names its paper' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER clearing_paper_is_named BEFORE INSERT ON clearing_paper
FOR EACH ROW EXECUTE FUNCTION clearing_paper_is_named();

CREATE FUNCTION clearing_paper_is_needed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM mark WHERE mark.clearing = OLD.clearing)
        AND NOT EXISTS (SELECT 1 FROM clearing_end AS ended WHERE ended.clearing = OLD.clearing)
    THEN
        RAISE EXCEPTION 'a paper is kept while its clearing waits'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END
$$;

CREATE TRIGGER clearing_paper_is_needed BEFORE DELETE ON clearing_paper
FOR EACH ROW EXECUTE FUNCTION clearing_paper_is_needed();

CREATE FUNCTION clearing_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM mark WHERE mark.clearing = NEW.clearing) THEN
        RAISE EXCEPTION 'this clearing was carried out' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER clearing_ends_once BEFORE INSERT ON clearing_end
FOR EACH ROW EXECUTE FUNCTION clearing_ends_once();

CREATE FUNCTION mark_of_no_ended_clearing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM clearing_end AS ended WHERE ended.clearing = NEW.clearing) THEN
        RAISE EXCEPTION 'this clearing was laid aside' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER mark_of_no_ended_clearing BEFORE INSERT ON mark
FOR EACH ROW WHEN (NEW.clearing <> '') EXECUTE FUNCTION mark_of_no_ended_clearing();

REVOKE ALL ON FUNCTION clearing_paper_is_named, clearing_paper_is_needed, clearing_ends_once, mark_of_no_ended_clearing
FROM PUBLIC;

GRANT SELECT, INSERT ON clearing_paper, clearing_end TO radiokey_registrar;

-- Lets go of papers in time, without opening one: whoever proposes cannot make their paper go away.
GRANT SELECT (clearing), DELETE ON clearing_paper TO radiokey_desk;

GRANT SELECT (id, at_ms) ON clearing TO radiokey_desk;

GRANT SELECT, INSERT ON clearing_end TO radiokey_desk;

-- Which keys still seal something.
GRANT SELECT (key) ON clearing_paper TO radiokey_keeper;

GRANT SELECT (clearing, at_ms, media, received_sha256, stored_sha256, key) ON clearing_paper TO radiokey_auditor;

GRANT SELECT ON clearing_end TO radiokey_auditor;

-- Not every right to lay aside is a right to say no: what owners and the clock do says only that time ran out.
ALTER TABLE clearing_end ENABLE ROW LEVEL SECURITY;

CREATE POLICY clearing_end_read ON clearing_end FOR SELECT
TO radiokey_registrar, radiokey_desk, radiokey_auditor USING (true);

CREATE POLICY clearing_end_of_registrar ON clearing_end FOR INSERT TO radiokey_registrar WITH CHECK (by <> 'clock');

CREATE POLICY clearing_end_of_desk ON clearing_end FOR INSERT TO radiokey_desk WITH CHECK (by = 'clock');
