-- The desk: requests, the history of their acts, messages, mails to send; and three people for each code.

CREATE TABLE request (
    id text PRIMARY KEY,
    organisation text NOT NULL,
    requester text NOT NULL CHECK (requester <> ''),
    kind text NOT NULL,
    number text NOT NULL,
    serial text NOT NULL,
    label text NOT NULL,
    model text NOT NULL,
    make text NOT NULL,
    vin text NOT NULL,
    language text NOT NULL,
    at_ms bigint NOT NULL
);

-- The state after an act follows from it, but for those that only record something; what the door is told of a
-- request rests on it, so the database does not believe it either.
CREATE TABLE request_act (
    request text NOT NULL REFERENCES request (id),
    number bigint NOT NULL CHECK (number > 0),
    act text NOT NULL CHECK (act IN (
        'opened', 'submitted', 'papers-sent', 'papers-asked', 'car-seen', 'fee-recorded', 'warranty-recorded',
        'checked', 'sent-back', 'approved', 'released', 'door-refused', 'refused', 'withdrawn', 'reminded', 'expired'
    )),
    by text NOT NULL CHECK (by <> ''),
    at_ms bigint NOT NULL,
    state text NOT NULL CHECK (state IN (
        'draft', 'papers', 'review', 'second', 'releasing', 'released', 'refused', 'withdrawn', 'expired'
    )),
    due_ms bigint NOT NULL,
    detail text NOT NULL,
    PRIMARY KEY (request, number),
    CHECK ((number = 1) = (act = 'opened')),
    CHECK ((act = 'checked') = (state = 'second')),
    CHECK ((act = 'approved') = (state = 'releasing')),
    CHECK ((act = 'released') = (state = 'released')),
    CHECK ((act IN ('refused', 'door-refused')) = (state = 'refused')),
    CHECK ((act = 'withdrawn') = (state = 'withdrawn')),
    CHECK ((act = 'expired') = (state = 'expired'))
);

CREATE INDEX request_act_by_state ON request_act (state, due_ms);

CREATE TABLE message (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request text NOT NULL REFERENCES request (id),
    side text NOT NULL CHECK (side IN ('owner', 'desk')),
    by text NOT NULL,
    at_ms bigint NOT NULL,
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 1000)
);

CREATE INDEX message_by_request ON message (request);

CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request text NOT NULL,
    number bigint NOT NULL,
    template text NOT NULL CHECK (template IN (
        'expired', 'message', 'opened', 'papers-asked', 'received', 'refused', 'released', 'reminder', 'withdrawn'
    )),
    language text NOT NULL,
    FOREIGN KEY (request, number) REFERENCES request_act (request, number)
);

CREATE INDEX outbox_by_request ON outbox (request);

CREATE TABLE outbox_sent (
    id bigint PRIMARY KEY REFERENCES outbox (id),
    at_ms bigint NOT NULL
);

-- No history: an address is deleted when it is not needed any more.
CREATE TABLE contact (
    request text PRIMARY KEY REFERENCES request (id),
    sealed bytea NOT NULL CHECK (length(sealed) > 28)
);

-- The rules of radiokey.base.request once more; whoever is connected.
CREATE FUNCTION request_act_holds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    broken text;
BEGIN
    broken := CASE
        WHEN NEW.number <> (
            SELECT coalesce(max(act.number), 0) + 1 FROM request_act AS act WHERE act.request = NEW.request
        ) THEN 'an act has the next number'
        WHEN EXISTS (
            SELECT 1 FROM request_act AS act WHERE act.request = NEW.request
                AND act.state IN ('released', 'refused', 'withdrawn', 'expired')
        ) THEN 'nothing follows the end of a request'
        WHEN NEW.act IN ('opened', 'submitted', 'papers-sent', 'withdrawn') AND NOT EXISTS (
            SELECT 1 FROM request WHERE request.id = NEW.request AND request.requester = NEW."by"
        ) THEN 'only whoever asked does that'
        WHEN NEW.act IN (
            'papers-asked', 'car-seen', 'fee-recorded', 'warranty-recorded', 'checked', 'sent-back', 'approved', 'refused'
        ) AND EXISTS (
            SELECT 1 FROM request WHERE request.id = NEW.request AND request.requester = NEW."by"
        ) THEN 'whoever asked decides nothing'
        WHEN NEW.act IN ('sent-back', 'approved') AND EXISTS (
            SELECT 1 FROM request_act AS act WHERE act.request = NEW.request AND act.act IN ('checked', 'car-seen')
                AND act."by" = NEW."by"
        ) THEN 'whoever checked does not approve'
        WHEN NEW.act IN ('sent-back', 'approved') AND NOT EXISTS (
            SELECT 1 FROM request_act AS act WHERE act.request = NEW.request AND act.number = NEW.number - 1
                AND act.act = 'checked'
        ) THEN 'an approval follows a check'
        WHEN NEW.act IN ('released', 'door-refused') AND NOT EXISTS (
            SELECT 1 FROM request_act AS act WHERE act.request = NEW.request AND act.number = NEW.number - 1
                AND act.act = 'approved'
        ) THEN 'the door answers an approval'
    END;
    -- Apart, because only the approver may read these tables.
    IF broken IS NULL AND NEW.act = 'approved' THEN
        IF EXISTS (SELECT 1 FROM import_step AS kept WHERE kept."by" = NEW."by")
            OR EXISTS (SELECT 1 FROM token AS kept WHERE kept."by" = NEW."by")
            OR EXISTS (SELECT 1 FROM token_end AS kept WHERE kept."by" = NEW."by")
            OR EXISTS (
                SELECT 1 FROM mark AS kept JOIN request ON request.kind = kept.kind AND request.number = kept.number
                WHERE request.id = NEW.request AND kept."by" = NEW."by"
            )
            OR EXISTS (
                SELECT 1 FROM clearing AS kept JOIN request ON request.kind = kept.kind AND request.number = kept.number
                WHERE request.id = NEW.request AND kept."by" = NEW."by"
            )
        THEN
            broken := 'whoever keeps the ledger does not approve';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION '%', broken USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER request_act_holds BEFORE INSERT ON request_act FOR EACH ROW EXECUTE FUNCTION request_act_holds();

CREATE FUNCTION release_of_desk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM request JOIN request_act AS act ON act.request = request.id
        WHERE 'desk-' || request.id = NEW.request_id AND act.act = 'approved'
            AND request.kind = NEW.kind AND request.number = NEW.number
    ) THEN
        RAISE EXCEPTION 'a release of the desk takes its approval' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER release_of_desk BEFORE INSERT ON release
FOR EACH ROW WHEN (substr(NEW.request_id, 1, 5) = 'desk-') EXECUTE FUNCTION release_of_desk();

REVOKE ALL ON FUNCTION request_act_holds, release_of_desk FROM PUBLIC;

-- Two more principals: whoever checks, and whoever approves (docs/spec/rights.md).
DO $$
DECLARE
    principal text;
BEGIN
    FOREACH principal IN ARRAY ARRAY['radiokey_clerk', 'radiokey_approver'] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', principal);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), principal);
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), principal);
    END LOOP;
END
$$;

GRANT SELECT ON schema_version, mark TO radiokey_clerk, radiokey_approver;

GRANT SELECT (kind, number, serial, model, market, vin) ON unit TO radiokey_clerk, radiokey_approver;

GRANT SELECT ON request, request_act, message TO radiokey_desk, radiokey_clerk, radiokey_approver;

GRANT INSERT ON request_act, outbox, audit TO radiokey_desk, radiokey_clerk, radiokey_approver;

GRANT INSERT ON message TO radiokey_desk, radiokey_clerk;

-- The desk writes what owners do, sends the mails, and lets addresses go.
GRANT INSERT ON request, contact TO radiokey_desk;

GRANT SELECT ON outbox, outbox_sent, contact TO radiokey_desk;

GRANT INSERT ON outbox_sent TO radiokey_desk;

GRANT DELETE ON contact TO radiokey_desk;

-- What shows that an approver is no registrar.
GRANT SELECT (kind, number, by) ON clearing TO radiokey_approver;

GRANT SELECT (by) ON import_step, token, token_end TO radiokey_approver;

-- What shows that a release of the desk was approved.
GRANT SELECT (id, kind, number) ON request TO radiokey_door;

GRANT SELECT (request, act) ON request_act TO radiokey_door;

GRANT SELECT ON request, request_act, outbox, outbox_sent TO radiokey_auditor;

-- Who writes which act: a right to insert is not a right to approve.
ALTER TABLE request_act ENABLE ROW LEVEL SECURITY;

CREATE POLICY request_act_read ON request_act FOR SELECT
TO radiokey_desk, radiokey_clerk, radiokey_approver, radiokey_door, radiokey_auditor USING (true);

CREATE POLICY request_act_of_owner ON request_act FOR INSERT TO radiokey_desk
WITH CHECK (act IN ('opened', 'submitted', 'papers-sent', 'withdrawn', 'reminded', 'expired'));

CREATE POLICY request_act_of_clerk ON request_act FOR INSERT TO radiokey_clerk
WITH CHECK (act IN ('papers-asked', 'car-seen', 'fee-recorded', 'warranty-recorded', 'checked', 'refused'));

CREATE POLICY request_act_of_approver ON request_act FOR INSERT TO radiokey_approver
WITH CHECK (act IN ('sent-back', 'approved', 'released', 'door-refused', 'refused'));
