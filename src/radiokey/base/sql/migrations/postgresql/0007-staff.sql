-- The staff: organisations, accounts, passkeys, one-time links, recovery codes, sessions (docs/spec/staff.md).

CREATE TABLE organisation (
    id text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind text NOT NULL CHECK (kind IN ('dealer', 'office', 'specialist')),
    at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> '')
);

-- What a dealer or a specialist shows of itself; the newest is what it is, the older ones stay.
CREATE TABLE organisation_shown (
    organisation text NOT NULL REFERENCES organisation (id),
    number bigint NOT NULL CHECK (number > 0),
    address text NOT NULL,
    register text NOT NULL,
    covers text NOT NULL,
    data_until text NOT NULL,
    price text NOT NULL,
    at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> ''),
    PRIMARY KEY (organisation, number)
);

-- A name is a person's for ever. A registrar is made by the operator alone.
CREATE TABLE account (
    name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64 AND name NOT IN ('local', 'owner')),
    role text NOT NULL CHECK (role IN ('approver', 'auditor', 'clerk', 'registrar')),
    organisation text NOT NULL REFERENCES organisation (id),
    display text NOT NULL CHECK (length(display) BETWEEN 1 AND 100),
    handle bytea NOT NULL UNIQUE CHECK (length(handle) = 16),
    at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> ''),
    CHECK (role <> 'registrar' OR by = 'local')
);

CREATE TABLE account_end (
    name text PRIMARY KEY REFERENCES account (name),
    at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> '')
);

CREATE TABLE enrolment (
    hashed bytea PRIMARY KEY CHECK (length(hashed) = 32),
    account text NOT NULL REFERENCES account (name),
    kind text NOT NULL CHECK (kind IN ('again', 'invited', 'recovered')),
    at_ms bigint NOT NULL,
    expires_at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> ''),
    CHECK (kind <> 'again' OR by = 'local'),
    CHECK (kind <> 'recovered' OR by = account)
);

CREATE TABLE enrolment_used (
    hashed bytea PRIMARY KEY REFERENCES enrolment (hashed),
    at_ms bigint NOT NULL
);

-- `counter` is what the authenticator counted when it was last used; one that goes back was copied.
CREATE TABLE passkey (
    id bytea PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1023),
    account text NOT NULL REFERENCES account (name),
    public_key bytea NOT NULL,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
    challenge bytea NOT NULL UNIQUE CHECK (length(challenge) = 32),
    at_ms bigint NOT NULL,
    counter bigint NOT NULL CHECK (counter >= 0),
    used_ms bigint NOT NULL
);

CREATE INDEX passkey_by_account ON passkey (account);

CREATE TABLE passkey_end (
    id bytea PRIMARY KEY REFERENCES passkey (id),
    at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> ''),
    reason text NOT NULL CHECK (reason IN ('copied', 'removed', 'replaced'))
);

CREATE TABLE recovery_code (
    hashed bytea PRIMARY KEY CHECK (length(hashed) = 32),
    account text NOT NULL REFERENCES account (name),
    at_ms bigint NOT NULL
);

CREATE INDEX recovery_code_by_account ON recovery_code (account);

CREATE TABLE recovery_code_end (
    hashed bytea PRIMARY KEY REFERENCES recovery_code (hashed),
    at_ms bigint NOT NULL,
    reason text NOT NULL CHECK (reason IN ('replaced', 'used'))
);

-- `challenge` is the one that was answered: an answer opens one session and no second one.
CREATE TABLE session (
    hashed bytea PRIMARY KEY CHECK (length(hashed) = 32),
    account text NOT NULL REFERENCES account (name),
    passkey bytea NOT NULL REFERENCES passkey (id),
    challenge bytea NOT NULL UNIQUE CHECK (length(challenge) = 32),
    at_ms bigint NOT NULL,
    expires_at_ms bigint NOT NULL,
    seen_ms bigint NOT NULL
);

CREATE INDEX session_by_account ON session (account, expires_at_ms);

CREATE TABLE session_end (
    hashed bytea PRIMARY KEY REFERENCES session (hashed),
    at_ms bigint NOT NULL,
    by text NOT NULL CHECK (by <> '')
);

-- A passkey confirms one act once: nobody's answer confirms a second one.
CREATE TABLE confirmation (
    challenge bytea PRIMARY KEY CHECK (length(challenge) = 32),
    account text NOT NULL REFERENCES account (name),
    act text NOT NULL CHECK (act <> ''),
    at_ms bigint NOT NULL
);

-- A name is a person's or a machine's, never both: else one person could be two of the three that a code takes.
-- The turn is that of all who write (take_turn), so that neither is missed while the other commits.
CREATE FUNCTION account_is_no_token() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7233173838382854);
    IF EXISTS (SELECT 1 FROM token WHERE token.account = NEW.name) THEN
        RAISE EXCEPTION 'a token has this name' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER account_is_no_token BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION account_is_no_token();

CREATE FUNCTION token_is_no_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7233173838382854);
    IF EXISTS (SELECT 1 FROM account WHERE account.name = NEW.account) THEN
        RAISE EXCEPTION 'a person has this name' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER token_is_no_account BEFORE INSERT ON token FOR EACH ROW EXECUTE FUNCTION token_is_no_account();

-- Whoever invites could otherwise become whoever was invited long ago.
CREATE FUNCTION enrolment_is_the_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM passkey WHERE passkey.account = NEW.account) THEN
        RAISE EXCEPTION 'whoever has a passkey is not invited again' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER enrolment_is_the_first BEFORE INSERT ON enrolment
FOR EACH ROW WHEN (NEW.kind = 'invited') EXECUTE FUNCTION enrolment_is_the_first();

-- What a person does at the desk is what their role does there.
CREATE FUNCTION request_act_by_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM account WHERE account.name = NEW."by" AND account.role <> CASE
            WHEN NEW.act IN ('sent-back', 'approved', 'released', 'door-refused') THEN 'approver'
            WHEN NEW.act = 'refused' AND account.role = 'approver' THEN 'approver'
            ELSE 'clerk'
        END
    ) THEN
        RAISE EXCEPTION 'another role does that' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER request_act_by_role BEFORE INSERT ON request_act FOR EACH ROW EXECUTE FUNCTION request_act_by_role();

CREATE FUNCTION passkey_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.counter < OLD.counter THEN
        RAISE EXCEPTION 'a passkey counts up' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER passkey_counts BEFORE UPDATE ON passkey FOR EACH ROW EXECUTE FUNCTION passkey_counts();

REVOKE ALL ON FUNCTION account_is_no_token, token_is_no_account, enrolment_is_the_first, request_act_by_role,
    passkey_counts FROM PUBLIC;

-- The gate: knows who is signed in; lets a person in, and out.
GRANT SELECT ON organisation, account, account_end, enrolment, enrolment_used, passkey, passkey_end, recovery_code,
    recovery_code_end, session, session_end, confirmation, bucket TO radiokey_gate;

GRANT INSERT ON enrolment, enrolment_used, passkey, passkey_end, recovery_code, recovery_code_end, session,
    session_end, confirmation, bucket, audit TO radiokey_gate;

GRANT UPDATE (counter, used_ms) ON passkey TO radiokey_gate;

GRANT UPDATE (seen_ms) ON session TO radiokey_gate;

GRANT UPDATE (full_at_ms) ON bucket TO radiokey_gate;

-- The registrar: invites, and ends; knows of a passkey only whose it is.
GRANT SELECT ON organisation, organisation_shown, account, account_end, session_end TO radiokey_registrar;

GRANT SELECT (id, account, at_ms) ON passkey TO radiokey_registrar;

GRANT SELECT ON passkey_end TO radiokey_registrar;

GRANT SELECT (hashed, account, at_ms, expires_at_ms, seen_ms) ON session TO radiokey_registrar;

GRANT INSERT ON organisation, organisation_shown, account, account_end, enrolment, session_end TO radiokey_registrar;

-- The desk shows who a dealer or a specialist is.
GRANT SELECT ON organisation, organisation_shown TO radiokey_desk;

-- What shows whose act it is.
GRANT SELECT (name, role) ON account TO radiokey_desk, radiokey_clerk, radiokey_approver;

GRANT SELECT ON organisation, organisation_shown, account_end TO radiokey_auditor;

GRANT SELECT (name, role, organisation, display, at_ms, by) ON account TO radiokey_auditor;

-- Who makes which link: the gate only for whoever showed a recovery code.
ALTER TABLE enrolment ENABLE ROW LEVEL SECURITY;

CREATE POLICY enrolment_read ON enrolment FOR SELECT TO radiokey_gate USING (true);

CREATE POLICY enrolment_of_gate ON enrolment FOR INSERT TO radiokey_gate WITH CHECK (kind = 'recovered');

CREATE POLICY enrolment_of_registrar ON enrolment FOR INSERT TO radiokey_registrar
WITH CHECK (kind IN ('again', 'invited'));
