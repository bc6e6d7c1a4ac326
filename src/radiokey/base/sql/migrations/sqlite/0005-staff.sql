-- The staff: organisations, accounts, passkeys, one-time links, recovery codes, sessions (docs/spec/staff.md).

CREATE TABLE organisation (
    id TEXT PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 64),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    kind TEXT NOT NULL CHECK (kind IN ('dealer', 'office', 'specialist')),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> '')
) STRICT, WITHOUT ROWID;

-- What a dealer or a specialist shows of itself; the newest is what it is, the older ones stay.
CREATE TABLE organisation_shown (
    organisation TEXT NOT NULL REFERENCES organisation (id),
    number INTEGER NOT NULL CHECK (number > 0),
    address TEXT NOT NULL,
    register TEXT NOT NULL,
    covers TEXT NOT NULL,
    data_until TEXT NOT NULL,
    price TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    PRIMARY KEY (organisation, number)
) STRICT, WITHOUT ROWID;

-- A name is a person's for ever. A registrar is made by the operator alone.
CREATE TABLE account (
    name TEXT PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64 AND name NOT IN ('local', 'owner')),
    role TEXT NOT NULL CHECK (role IN ('approver', 'auditor', 'clerk', 'registrar')),
    organisation TEXT NOT NULL REFERENCES organisation (id),
    display TEXT NOT NULL CHECK (length(display) BETWEEN 1 AND 100),
    handle BLOB NOT NULL UNIQUE CHECK (length(handle) = 16),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    CHECK (role <> 'registrar' OR by = 'local')
) STRICT, WITHOUT ROWID;

CREATE TABLE account_end (
    name TEXT PRIMARY KEY REFERENCES account (name),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> '')
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment (
    hashed BLOB PRIMARY KEY CHECK (length(hashed) = 32),
    account TEXT NOT NULL REFERENCES account (name),
    kind TEXT NOT NULL CHECK (kind IN ('again', 'invited', 'recovered')),
    at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    CHECK (kind <> 'again' OR by = 'local'),
    CHECK (kind <> 'recovered' OR by = account)
) STRICT, WITHOUT ROWID;

CREATE TABLE enrolment_used (
    hashed BLOB PRIMARY KEY REFERENCES enrolment (hashed),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `counter` is what the authenticator counted when it was last used; one that goes back was copied.
CREATE TABLE passkey (
    id BLOB PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1023),
    account TEXT NOT NULL REFERENCES account (name),
    public_key BLOB NOT NULL,
    label TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 64),
    challenge BLOB NOT NULL UNIQUE CHECK (length(challenge) = 32),
    at_ms INTEGER NOT NULL,
    counter INTEGER NOT NULL CHECK (counter >= 0),
    used_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX passkey_by_account ON passkey (account);

CREATE TABLE passkey_end (
    id BLOB PRIMARY KEY REFERENCES passkey (id),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> ''),
    reason TEXT NOT NULL CHECK (reason IN ('copied', 'removed', 'replaced'))
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
    hashed BLOB PRIMARY KEY CHECK (length(hashed) = 32),
    account TEXT NOT NULL REFERENCES account (name),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX recovery_code_by_account ON recovery_code (account);

CREATE TABLE recovery_code_end (
    hashed BLOB PRIMARY KEY REFERENCES recovery_code (hashed),
    at_ms INTEGER NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('replaced', 'used'))
) STRICT, WITHOUT ROWID;

-- `challenge` is the one that was answered: an answer opens one session and no second one.
CREATE TABLE session (
    hashed BLOB PRIMARY KEY CHECK (length(hashed) = 32),
    account TEXT NOT NULL REFERENCES account (name),
    passkey BLOB NOT NULL REFERENCES passkey (id),
    challenge BLOB NOT NULL UNIQUE CHECK (length(challenge) = 32),
    at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX session_by_account ON session (account, expires_at_ms);

CREATE TABLE session_end (
    hashed BLOB PRIMARY KEY REFERENCES session (hashed),
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL CHECK (by <> '')
) STRICT, WITHOUT ROWID;

-- A passkey confirms one act once: nobody's answer confirms a second one.
CREATE TABLE confirmation (
    challenge BLOB PRIMARY KEY CHECK (length(challenge) = 32),
    account TEXT NOT NULL REFERENCES account (name),
    act TEXT NOT NULL CHECK (act <> ''),
    at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A name is a person's or a machine's, never both: else one person could be two of the three that a code takes.
CREATE TRIGGER account_is_no_token BEFORE INSERT ON account
BEGIN
    SELECT RAISE (ABORT, 'a token has this name') WHERE EXISTS (SELECT 1 FROM token WHERE token.account = NEW.name);
END;

CREATE TRIGGER token_is_no_account BEFORE INSERT ON token
BEGIN
    SELECT RAISE (ABORT, 'a person has this name') WHERE EXISTS (SELECT 1 FROM account WHERE account.name = NEW.account);
END;

-- Whoever invites could otherwise become whoever was invited long ago.
CREATE TRIGGER enrolment_is_the_first BEFORE INSERT ON enrolment WHEN NEW.kind = 'invited'
BEGIN
    SELECT RAISE (ABORT, 'whoever has a passkey is not invited again')
    WHERE EXISTS (SELECT 1 FROM passkey WHERE passkey.account = NEW.account);
END;

-- What a person does at the desk is what their role does there.
CREATE TRIGGER request_act_by_role BEFORE INSERT ON request_act
BEGIN
    SELECT RAISE (ABORT, 'another role does that')
    WHERE EXISTS (
        SELECT 1 FROM account WHERE account.name = NEW.by AND account.role <> CASE
            WHEN NEW.act IN ('sent-back', 'approved', 'released', 'door-refused') THEN 'approver'
            WHEN NEW.act = 'refused' AND account.role = 'approver' THEN 'approver'
            ELSE 'clerk'
        END
    );
END;

CREATE TRIGGER passkey_stays BEFORE UPDATE OF id, account, public_key, label, challenge, at_ms ON passkey
BEGIN SELECT RAISE (ABORT, 'only what a passkey counted changes'); END;

CREATE TRIGGER passkey_counts BEFORE UPDATE ON passkey WHEN NEW.counter < OLD.counter
BEGIN SELECT RAISE (ABORT, 'a passkey counts up'); END;

CREATE TRIGGER session_stays BEFORE UPDATE OF hashed, account, passkey, challenge, at_ms, expires_at_ms ON session
BEGIN SELECT RAISE (ABORT, 'only when a session was seen changes'); END;

CREATE TRIGGER organisation_stays BEFORE UPDATE ON organisation BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER organisation_keeps BEFORE DELETE ON organisation BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER organisation_shown_stays BEFORE UPDATE ON organisation_shown BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER organisation_shown_keeps BEFORE DELETE ON organisation_shown BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER account_stays BEFORE UPDATE ON account BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER account_keeps BEFORE DELETE ON account BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER account_end_stays BEFORE UPDATE ON account_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER account_end_keeps BEFORE DELETE ON account_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER enrolment_stays BEFORE UPDATE ON enrolment BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER enrolment_keeps BEFORE DELETE ON enrolment BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER enrolment_used_stays BEFORE UPDATE ON enrolment_used BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER enrolment_used_keeps BEFORE DELETE ON enrolment_used BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER passkey_keeps BEFORE DELETE ON passkey BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER passkey_end_stays BEFORE UPDATE ON passkey_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER passkey_end_keeps BEFORE DELETE ON passkey_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER recovery_code_stays BEFORE UPDATE ON recovery_code BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER recovery_code_keeps BEFORE DELETE ON recovery_code BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER recovery_code_end_stays BEFORE UPDATE ON recovery_code_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER recovery_code_end_keeps BEFORE DELETE ON recovery_code_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER session_keeps BEFORE DELETE ON session BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER session_end_stays BEFORE UPDATE ON session_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER session_end_keeps BEFORE DELETE ON session_end BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER confirmation_stays BEFORE UPDATE ON confirmation BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER confirmation_keeps BEFORE DELETE ON confirmation BEGIN SELECT RAISE (ABORT, 'append-only'); END;
