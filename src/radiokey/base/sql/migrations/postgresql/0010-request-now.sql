-- How each request stands: its last act, kept beside the history so that no list reads the history of all. It is for
-- lists alone; what decides reads the acts themselves.

CREATE TABLE request_now (
    request text PRIMARY KEY REFERENCES request (id),
    organisation text NOT NULL,
    opened_ms bigint NOT NULL,
    number bigint NOT NULL,
    state text NOT NULL,
    at_ms bigint NOT NULL,
    due_ms bigint NOT NULL,
    reminders bigint NOT NULL,
    told text NOT NULL
);

-- `reminders` are those of this turn; `told` is the detail of a refusal.
INSERT INTO request_now (request, organisation, opened_ms, number, state, at_ms, due_ms, reminders, told)
SELECT request.id, request.organisation, request.at_ms, last.number, last.state, last.at_ms, last.due_ms,
    (
        SELECT count(*) FROM request_act AS act WHERE act.request = request.id AND act.act = 'reminded'
            AND act.number > coalesce((
                SELECT max(other.number) FROM request_act AS other
                WHERE other.request = request.id AND other.state <> last.state
            ), 0)
    ),
    CASE WHEN last.state = 'refused' THEN last.detail ELSE '' END
FROM request JOIN request_act AS last ON last.request = request.id AND last.number = (
    SELECT max(act.number) FROM request_act AS act WHERE act.request = request.id
);

CREATE INDEX request_now_by_turn ON request_now (state, due_ms, request)
WHERE state IN ('draft', 'papers', 'review', 'second', 'releasing');

CREATE INDEX request_now_by_organisation ON request_now (organisation, state, due_ms, request)
WHERE state IN ('draft', 'papers', 'review', 'second', 'releasing');

CREATE INDEX request_now_by_reminders ON request_now (state, reminders, due_ms, request)
WHERE state IN ('draft', 'papers');

CREATE INDEX request_now_by_answer ON request_now (at_ms, state, opened_ms, told)
WHERE state IN ('released', 'refused');

CREATE INDEX request_now_by_end ON request_now (at_ms, request)
WHERE state IN ('released', 'refused', 'withdrawn', 'expired');

-- As the owner of the database: no principal writes here itself.
CREATE FUNCTION request_act_is_now() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO request_now (request, organisation, opened_ms, number, state, at_ms, due_ms, reminders, told)
    SELECT request.id, request.organisation, request.at_ms, NEW.number, NEW.state, NEW.at_ms, NEW.due_ms,
        CASE WHEN NEW.act = 'reminded' THEN 1 ELSE 0 END, CASE WHEN NEW.state = 'refused' THEN NEW.detail ELSE '' END
    FROM request WHERE request.id = NEW.request
    ON CONFLICT (request) DO UPDATE SET
        reminders = CASE
            WHEN request_now.state = excluded.state THEN request_now.reminders + excluded.reminders ELSE 0
        END,
        number = excluded.number, state = excluded.state, at_ms = excluded.at_ms, due_ms = excluded.due_ms,
        told = excluded.told;
    RETURN NULL;
END
$$;

-- Whatever schemas the principal's session names, the function looks into ours, and into no temporary one first.
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION request_act_is_now() SET search_path = %I, pg_temp', current_schema());
END
$$;

CREATE TRIGGER request_act_is_now AFTER INSERT ON request_act FOR EACH ROW EXECUTE FUNCTION request_act_is_now();

REVOKE ALL ON FUNCTION request_act_is_now FROM PUBLIC;

GRANT SELECT ON request_now TO radiokey_desk, radiokey_auditor;
