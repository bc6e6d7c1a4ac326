-- Mails that wait: since when, how often each was tried, and when at the earliest it is tried again; those that were
-- given up; and whether the server that takes them answers (docs/spec/request.md).

ALTER TABLE outbox ADD COLUMN at_ms bigint NOT NULL DEFAULT 0;

CREATE TABLE outbox_waiting (
    id bigint PRIMARY KEY REFERENCES outbox (id),
    request text NOT NULL,
    at_ms bigint NOT NULL,
    tries bigint NOT NULL,
    next_ms bigint NOT NULL
);

-- What waits in an older base: what was never tried for good, and has an address. Nobody wrote down when it was put in.
INSERT INTO outbox_waiting (id, request, at_ms, tries, next_ms)
SELECT outbox.id, outbox.request, act.at_ms, 0, 0
FROM outbox JOIN request_act AS act ON act.request = outbox.request AND act.number = outbox.number
    JOIN contact ON contact.request = outbox.request
WHERE NOT EXISTS (SELECT 1 FROM outbox_sent WHERE outbox_sent.id = outbox.id) AND NOT EXISTS (
    SELECT 1 FROM outbox_refused JOIN outbox AS other ON other.id = outbox_refused.id
    WHERE other.request = outbox.request
);

CREATE INDEX outbox_waiting_by_time ON outbox_waiting (next_ms, id);

CREATE INDEX outbox_waiting_by_age ON outbox_waiting (at_ms);

CREATE INDEX outbox_waiting_by_request ON outbox_waiting (request);

-- Which papers of a kind are kept is read without their bytes.
CREATE INDEX paper_by_kind ON paper (kind, request);

CREATE TABLE outbox_given_up (
    id bigint PRIMARY KEY REFERENCES outbox (id),
    at_ms bigint NOT NULL,
    tries bigint NOT NULL CHECK (tries > 0)
);

-- One row, once the server failed: how often in a row, and when at the earliest it is asked again.
CREATE TABLE outbox_server (
    id bigint PRIMARY KEY CHECK (id = 1),
    failures bigint NOT NULL,
    next_ms bigint NOT NULL
);

-- As the owner of the database: whoever writes a mail does not see who waits for one.
CREATE FUNCTION outbox_waits() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO outbox_waiting (id, request, at_ms, tries, next_ms)
    SELECT NEW.id, NEW.request, NEW.at_ms, 0, 0
    WHERE EXISTS (SELECT 1 FROM contact WHERE contact.request = NEW.request) AND NOT EXISTS (
        SELECT 1 FROM outbox_refused JOIN outbox AS other ON other.id = outbox_refused.id
        WHERE other.request = NEW.request
    );
    RETURN NULL;
END
$$;

CREATE FUNCTION outbox_is_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM outbox_waiting WHERE id = NEW.id;
    RETURN NULL;
END
$$;

CREATE FUNCTION outbox_refused_is_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM outbox_waiting WHERE request = (SELECT outbox.request FROM outbox WHERE outbox.id = NEW.id);
    RETURN NULL;
END
$$;

CREATE FUNCTION contact_gone_is_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM outbox_waiting WHERE request = OLD.request;
    RETURN NULL;
END
$$;

DO $$
DECLARE
    made text;
BEGIN
    FOREACH made IN ARRAY ARRAY['outbox_waits', 'outbox_is_over', 'outbox_refused_is_over', 'contact_gone_is_over'] LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', made, current_schema());
    END LOOP;
END
$$;

CREATE TRIGGER outbox_waits AFTER INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION outbox_waits();

CREATE TRIGGER outbox_sent_is_over AFTER INSERT ON outbox_sent FOR EACH ROW EXECUTE FUNCTION outbox_is_over();

CREATE TRIGGER outbox_given_up_is_over AFTER INSERT ON outbox_given_up FOR EACH ROW EXECUTE FUNCTION outbox_is_over();

CREATE TRIGGER outbox_refused_is_over AFTER INSERT ON outbox_refused FOR EACH ROW EXECUTE FUNCTION outbox_refused_is_over();

CREATE TRIGGER contact_gone_is_over AFTER DELETE ON contact FOR EACH ROW EXECUTE FUNCTION contact_gone_is_over();

REVOKE ALL ON FUNCTION outbox_waits, outbox_is_over, outbox_refused_is_over, contact_gone_is_over FROM PUBLIC;

GRANT SELECT ON outbox_waiting, outbox_given_up, outbox_server TO radiokey_desk, radiokey_auditor;

GRANT UPDATE (tries, next_ms) ON outbox_waiting TO radiokey_desk;

GRANT INSERT ON outbox_given_up, outbox_server TO radiokey_desk;

GRANT UPDATE (failures, next_ms) ON outbox_server TO radiokey_desk;
