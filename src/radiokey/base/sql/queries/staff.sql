-- name: organisations()
SELECT id, name, kind, at_ms, by FROM organisation ORDER BY name, id;

-- name: add_organisation(id, name, kind, at_ms, by)!
INSERT INTO organisation (id, name, kind, at_ms, by) VALUES (:id, :name, :kind, :at_ms, :by);

-- name: shown()
SELECT organisation, number, address, register, covers, data_until, price, at_ms, by FROM organisation_shown
WHERE number = (
    SELECT max(newest.number) FROM organisation_shown AS newest
    WHERE newest.organisation = organisation_shown.organisation
) ORDER BY organisation;

-- name: add_shown(organisation, number, address, register, covers, data_until, price, at_ms, by)!
INSERT INTO organisation_shown (organisation, number, address, register, covers, data_until, price, at_ms, by)
VALUES (:organisation, :number, :address, :register, :covers, :data_until, :price, :at_ms, :by);

-- name: account(name)^
SELECT name, role, organisation, display, handle, at_ms, by FROM account
WHERE name = :name AND NOT EXISTS (SELECT 1 FROM account_end WHERE account_end.name = account.name);

-- name: account_of_handle(handle)^
SELECT name, role, organisation, display, handle, at_ms, by FROM account
WHERE handle = :handle AND NOT EXISTS (SELECT 1 FROM account_end WHERE account_end.name = account.name);

-- name: name_used_by(name)$
SELECT 'person' FROM account WHERE name = :name UNION ALL SELECT 'machine' FROM token WHERE account = :name;

-- name: staff(now_ms)
SELECT name, role, organisation, display, at_ms, by,
    coalesce((SELECT account_end.at_ms FROM account_end WHERE account_end.name = account.name), 0),
    (
        SELECT count(*) FROM passkey WHERE passkey.account = account.name
            AND NOT EXISTS (SELECT 1 FROM passkey_end WHERE passkey_end.id = passkey.id)
    ),
    (
        SELECT count(*) FROM session WHERE session.account = account.name AND session.expires_at_ms > :now_ms
            AND NOT EXISTS (SELECT 1 FROM session_end WHERE session_end.hashed = session.hashed)
    )
FROM account ORDER BY name;

-- name: add_account(name, role, organisation, display, handle, at_ms, by)!
INSERT INTO account (name, role, organisation, display, handle, at_ms, by)
VALUES (:name, :role, :organisation, :display, :handle, :at_ms, :by);

-- name: end_account(name, at_ms, by)!
INSERT INTO account_end (name, at_ms, by) VALUES (:name, :at_ms, :by);

-- name: enrolment(hashed, now_ms)^
SELECT hashed, account, kind, at_ms, expires_at_ms, by FROM enrolment
WHERE hashed = :hashed AND expires_at_ms > :now_ms
    AND NOT EXISTS (SELECT 1 FROM enrolment_used WHERE enrolment_used.hashed = enrolment.hashed)
    AND NOT EXISTS (SELECT 1 FROM account_end WHERE account_end.name = enrolment.account)
    AND NOT (kind = 'invited' AND EXISTS (SELECT 1 FROM passkey WHERE passkey.account = enrolment.account));

-- name: ever_enrolled(account)^
SELECT 1 FROM passkey WHERE account = :account LIMIT 1;

-- name: add_enrolment(hashed, account, kind, at_ms, expires_at_ms, by)!
INSERT INTO enrolment (hashed, account, kind, at_ms, expires_at_ms, by)
VALUES (:hashed, :account, :kind, :at_ms, :expires_at_ms, :by);

-- name: use_enrolment(hashed, at_ms)!
INSERT INTO enrolment_used (hashed, at_ms) VALUES (:hashed, :at_ms);

-- name: passkey(id)^
SELECT id, account, public_key, label, challenge, at_ms, counter, used_ms FROM passkey
WHERE id = :id AND NOT EXISTS (SELECT 1 FROM passkey_end WHERE passkey_end.id = passkey.id);

-- name: passkey_taken(id)^
SELECT 1 FROM passkey WHERE id = :id;

-- name: passkeys(account)
SELECT id, account, public_key, label, challenge, at_ms, counter, used_ms FROM passkey
WHERE account = :account AND NOT EXISTS (SELECT 1 FROM passkey_end WHERE passkey_end.id = passkey.id)
ORDER BY at_ms, id;

-- name: add_passkey(id, account, public_key, label, challenge, at_ms, counter, used_ms)!
INSERT INTO passkey (id, account, public_key, label, challenge, at_ms, counter, used_ms)
VALUES (:id, :account, :public_key, :label, :challenge, :at_ms, :counter, :used_ms);

-- name: count_passkey(id, was, counter, at_ms)^
UPDATE passkey SET counter = :counter, used_ms = :at_ms WHERE id = :id AND counter = :was RETURNING counter;

-- name: end_passkey(id, at_ms, by, reason)!
INSERT INTO passkey_end (id, at_ms, by, reason) VALUES (:id, :at_ms, :by, :reason);

-- name: recovery_codes(account)$
SELECT count(*) FROM recovery_code WHERE account = :account
    AND NOT EXISTS (SELECT 1 FROM recovery_code_end WHERE recovery_code_end.hashed = recovery_code.hashed);

-- name: recovery_code(hashed)$
SELECT account FROM recovery_code WHERE hashed = :hashed
    AND NOT EXISTS (SELECT 1 FROM recovery_code_end WHERE recovery_code_end.hashed = recovery_code.hashed);

-- name: add_recovery_code(hashed, account, at_ms)!
INSERT INTO recovery_code (hashed, account, at_ms) VALUES (:hashed, :account, :at_ms);

-- name: use_recovery_code(hashed, at_ms)!
INSERT INTO recovery_code_end (hashed, at_ms, reason) VALUES (:hashed, :at_ms, 'used');

-- name: replace_recovery_codes(account, at_ms)!
INSERT INTO recovery_code_end (hashed, at_ms, reason)
SELECT hashed, CAST(:at_ms AS bigint), 'replaced' FROM recovery_code WHERE account = :account
    AND NOT EXISTS (SELECT 1 FROM recovery_code_end WHERE recovery_code_end.hashed = recovery_code.hashed);

-- name: session(hashed, now_ms)^
SELECT hashed, account, passkey, challenge, at_ms, expires_at_ms, seen_ms FROM session
WHERE hashed = :hashed AND expires_at_ms > :now_ms
    AND NOT EXISTS (SELECT 1 FROM session_end WHERE session_end.hashed = session.hashed)
    AND NOT EXISTS (SELECT 1 FROM account_end WHERE account_end.name = session.account)
    AND NOT EXISTS (SELECT 1 FROM passkey_end WHERE passkey_end.id = session.passkey);

-- name: sessions(account, now_ms)
SELECT hashed, account, passkey, challenge, at_ms, expires_at_ms, seen_ms FROM session
WHERE account = :account AND expires_at_ms > :now_ms
    AND NOT EXISTS (SELECT 1 FROM session_end WHERE session_end.hashed = session.hashed)
    AND NOT EXISTS (SELECT 1 FROM passkey_end WHERE passkey_end.id = session.passkey)
ORDER BY at_ms DESC, hashed;

-- name: add_session(hashed, account, passkey, challenge, at_ms, expires_at_ms, seen_ms)!
INSERT INTO session (hashed, account, passkey, challenge, at_ms, expires_at_ms, seen_ms)
VALUES (:hashed, :account, :passkey, :challenge, :at_ms, :expires_at_ms, :seen_ms);

-- name: see_session(hashed, at_ms)!
UPDATE session SET seen_ms = :at_ms WHERE hashed = :hashed AND seen_ms < :at_ms;

-- name: end_session(hashed, at_ms, by)!
INSERT INTO session_end (hashed, at_ms, by) VALUES (:hashed, :at_ms, :by);

-- name: end_sessions(account, at_ms, by)
INSERT INTO session_end (hashed, at_ms, by)
SELECT hashed, CAST(:at_ms AS bigint), CAST(:by AS text) FROM session
WHERE account = :account AND expires_at_ms > :at_ms
    AND NOT EXISTS (SELECT 1 FROM session_end WHERE session_end.hashed = session.hashed)
RETURNING at_ms;

-- name: answered(challenge)^
SELECT 1 FROM session WHERE challenge = :challenge UNION ALL SELECT 1 FROM passkey WHERE challenge = :challenge
UNION ALL SELECT 1 FROM confirmation WHERE challenge = :challenge;

-- name: add_confirmation(challenge, account, act, at_ms)!
INSERT INTO confirmation (challenge, account, act, at_ms) VALUES (:challenge, :account, :act, :at_ms);
