-- The desk: requests, the history of their acts, messages, mails to send; and three people for each code.

CREATE TABLE request (
    id TEXT PRIMARY KEY,
    organisation TEXT NOT NULL,
    requester TEXT NOT NULL CHECK (requester <> ''),
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    serial TEXT NOT NULL,
    label TEXT NOT NULL,
    model TEXT NOT NULL,
    make TEXT NOT NULL,
    vin TEXT NOT NULL,
    language TEXT NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The state after an act follows from it, but for those that only record something; what the door is told of a
-- request rests on it, so the database does not believe it either.
CREATE TABLE request_act (
    request TEXT NOT NULL REFERENCES request (id),
    number INTEGER NOT NULL CHECK (number > 0),
    act TEXT NOT NULL CHECK (act IN (
        'opened', 'submitted', 'papers-sent', 'papers-asked', 'car-seen', 'fee-recorded', 'warranty-recorded',
        'checked', 'sent-back', 'approved', 'released', 'door-refused', 'refused', 'withdrawn', 'reminded', 'expired'
    )),
    by TEXT NOT NULL CHECK (by <> ''),
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN (
        'draft', 'papers', 'review', 'second', 'releasing', 'released', 'refused', 'withdrawn', 'expired'
    )),
    due_ms INTEGER NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (request, number),
    CHECK ((number = 1) = (act = 'opened')),
    CHECK ((act = 'checked') = (state = 'second')),
    CHECK ((act = 'approved') = (state = 'releasing')),
    CHECK ((act = 'released') = (state = 'released')),
    CHECK ((act IN ('refused', 'door-refused')) = (state = 'refused')),
    CHECK ((act = 'withdrawn') = (state = 'withdrawn')),
    CHECK ((act = 'expired') = (state = 'expired'))
) STRICT, WITHOUT ROWID;

CREATE INDEX request_act_by_state ON request_act (state, due_ms);

CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    request TEXT NOT NULL REFERENCES request (id),
    side TEXT NOT NULL CHECK (side IN ('owner', 'desk')),
    by TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 1000)
) STRICT;

CREATE INDEX message_by_request ON message (request);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    request TEXT NOT NULL,
    number INTEGER NOT NULL,
    template TEXT NOT NULL CHECK (template IN (
        'expired', 'message', 'opened', 'papers-asked', 'received', 'refused', 'released', 'reminder', 'withdrawn'
    )),
    language TEXT NOT NULL,
    FOREIGN KEY (request, number) REFERENCES request_act (request, number)
) STRICT;

CREATE INDEX outbox_by_request ON outbox (request);

CREATE TABLE outbox_sent (
    id INTEGER PRIMARY KEY REFERENCES outbox (id),
    at_ms INTEGER NOT NULL
) STRICT;

-- No history: an address is deleted when it is not needed any more.
CREATE TABLE contact (
    request TEXT PRIMARY KEY REFERENCES request (id),
    sealed BLOB NOT NULL CHECK (length(sealed) > 28)
) STRICT, WITHOUT ROWID;

-- The rules of radiokey.base.request once more; whoever is connected.
CREATE TRIGGER request_act_holds BEFORE INSERT ON request_act
BEGIN
    SELECT RAISE (ABORT, 'an act has the next number')
    WHERE NEW.number <> (
        SELECT coalesce(max(act.number), 0) + 1 FROM request_act AS act WHERE act.request = NEW.request
    );

    SELECT RAISE (ABORT, 'nothing follows the end of a request')
    WHERE EXISTS (
        SELECT 1 FROM request_act AS act WHERE act.request = NEW.request
            AND act.state IN ('released', 'refused', 'withdrawn', 'expired')
    );

    SELECT RAISE (ABORT, 'only whoever asked does that')
    WHERE NEW.act IN ('opened', 'submitted', 'papers-sent', 'withdrawn') AND NOT EXISTS (
        SELECT 1 FROM request WHERE request.id = NEW.request AND request.requester = NEW.by
    );

    SELECT RAISE (ABORT, 'whoever asked decides nothing')
    WHERE NEW.act IN (
        'papers-asked', 'car-seen', 'fee-recorded', 'warranty-recorded', 'checked', 'sent-back', 'approved', 'refused'
    ) AND EXISTS (
        SELECT 1 FROM request WHERE request.id = NEW.request AND request.requester = NEW.by
    );

    SELECT RAISE (ABORT, 'whoever checked does not approve')
    WHERE NEW.act IN ('sent-back', 'approved') AND EXISTS (
        SELECT 1 FROM request_act AS act WHERE act.request = NEW.request AND act.act IN ('checked', 'car-seen')
            AND act.by = NEW.by
    );

    SELECT RAISE (ABORT, 'an approval follows a check')
    WHERE NEW.act IN ('sent-back', 'approved') AND NOT EXISTS (
        SELECT 1 FROM request_act AS act WHERE act.request = NEW.request AND act.number = NEW.number - 1
            AND act.act = 'checked'
    );

    SELECT RAISE (ABORT, 'the door answers an approval')
    WHERE NEW.act IN ('released', 'door-refused') AND NOT EXISTS (
        SELECT 1 FROM request_act AS act WHERE act.request = NEW.request AND act.number = NEW.number - 1
            AND act.act = 'approved'
    );

    SELECT RAISE (ABORT, 'whoever keeps the ledger does not approve')
    WHERE NEW.act = 'approved' AND (
        EXISTS (SELECT 1 FROM import_step AS kept WHERE kept.by = NEW.by)
        OR EXISTS (SELECT 1 FROM token AS kept WHERE kept.by = NEW.by)
        OR EXISTS (SELECT 1 FROM token_end AS kept WHERE kept.by = NEW.by)
        OR EXISTS (
            SELECT 1 FROM mark AS kept JOIN request ON request.kind = kept.kind AND request.number = kept.number
            WHERE request.id = NEW.request AND kept.by = NEW.by
        )
        OR EXISTS (
            SELECT 1 FROM clearing AS kept JOIN request ON request.kind = kept.kind AND request.number = kept.number
            WHERE request.id = NEW.request AND kept.by = NEW.by
        )
    );
END;

CREATE TRIGGER release_of_desk BEFORE INSERT ON release WHEN substr(NEW.request_id, 1, 5) = 'desk-'
BEGIN
    SELECT RAISE (ABORT, 'a release of the desk takes its approval')
    WHERE NOT EXISTS (
        SELECT 1 FROM request JOIN request_act AS act ON act.request = request.id
        WHERE 'desk-' || request.id = NEW.request_id AND act.act = 'approved'
            AND request.kind = NEW.kind AND request.number = NEW.number
    );
END;

CREATE TRIGGER request_stays BEFORE UPDATE ON request BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER request_keeps BEFORE DELETE ON request BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER request_act_stays BEFORE UPDATE ON request_act BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER request_act_keeps BEFORE DELETE ON request_act BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER message_stays BEFORE UPDATE ON message BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER message_keeps BEFORE DELETE ON message BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER outbox_stays BEFORE UPDATE ON outbox BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER outbox_keeps BEFORE DELETE ON outbox BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER outbox_sent_stays BEFORE UPDATE ON outbox_sent BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER outbox_sent_keeps BEFORE DELETE ON outbox_sent BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER contact_stays BEFORE UPDATE ON contact BEGIN SELECT RAISE (ABORT, 'an address is deleted, not changed'); END;
