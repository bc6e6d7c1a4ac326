-- Mails that wait: since when, how often each was tried, and when at the earliest it is tried again; those that were
-- given up; and whether the server that takes them answers (docs/spec/request.md).

ALTER TABLE outbox ADD COLUMN at_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE outbox_waiting (
    id INTEGER PRIMARY KEY REFERENCES outbox (id),
    request TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    next_ms INTEGER NOT NULL
) STRICT;

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
    id INTEGER PRIMARY KEY REFERENCES outbox (id),
    at_ms INTEGER NOT NULL,
    tries INTEGER NOT NULL CHECK (tries > 0)
) STRICT;

-- One row, once the server failed: how often in a row, and when at the earliest it is asked again.
CREATE TABLE outbox_server (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    failures INTEGER NOT NULL,
    next_ms INTEGER NOT NULL
) STRICT;

CREATE TRIGGER outbox_waits AFTER INSERT ON outbox
BEGIN
    INSERT INTO outbox_waiting (id, request, at_ms, tries, next_ms)
    SELECT NEW.id, NEW.request, NEW.at_ms, 0, 0
    WHERE EXISTS (SELECT 1 FROM contact WHERE contact.request = NEW.request) AND NOT EXISTS (
        SELECT 1 FROM outbox_refused JOIN outbox AS other ON other.id = outbox_refused.id
        WHERE other.request = NEW.request
    );
END;

CREATE TRIGGER outbox_sent_is_over AFTER INSERT ON outbox_sent
BEGIN
    DELETE FROM outbox_waiting WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_given_up_is_over AFTER INSERT ON outbox_given_up
BEGIN
    DELETE FROM outbox_waiting WHERE id = NEW.id;
END;

CREATE TRIGGER outbox_refused_is_over AFTER INSERT ON outbox_refused
BEGIN
    DELETE FROM outbox_waiting WHERE request = (SELECT outbox.request FROM outbox WHERE outbox.id = NEW.id);
END;

CREATE TRIGGER contact_gone_is_over AFTER DELETE ON contact
BEGIN
    DELETE FROM outbox_waiting WHERE request = OLD.request;
END;

CREATE TRIGGER outbox_given_up_stays BEFORE UPDATE ON outbox_given_up BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER outbox_given_up_keeps BEFORE DELETE ON outbox_given_up BEGIN SELECT RAISE (ABORT, 'append-only'); END;
