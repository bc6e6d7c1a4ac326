-- name: release_of(request_id)^
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE request_id = :request_id;

-- name: releases_of(kind, number)
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE number = :number AND kind = :kind ORDER BY idx;

-- name: add_release(request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence)!
INSERT INTO release (request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence)
VALUES (:request_id, :fingerprint, :client, :at_ms, :idx, :receipt, :kind, :number, :vin, :account, :evidence);

-- name: releases_since(client, since_ms)$
SELECT count(*) FROM release WHERE client = :client AND at_ms > :since_ms;

-- name: marks(kind, number)
SELECT act, kind, number, vin, label, reason, by, at_ms, clearing FROM mark
WHERE kind = :kind AND number = :number ORDER BY id;

-- name: marks_ending(kind, ending)
SELECT act, kind, number, vin, label, reason, by, at_ms, clearing FROM mark
WHERE kind = :kind AND number LIKE '%' || :ending ORDER BY id;

-- name: all_marks()
SELECT act, kind, number, vin, label, reason, by, at_ms, clearing FROM mark ORDER BY id;

-- name: add_mark(act, kind, number, vin, label, reason, by, at_ms, clearing)!
INSERT INTO mark (act, kind, number, vin, label, reason, by, at_ms, clearing)
VALUES (:act, :kind, :number, :vin, :label, :reason, :by, :at_ms, :clearing);

-- name: add_clearing(id, kind, number, vin, label, reason, papers, by, at_ms)!
INSERT INTO clearing (id, kind, number, vin, label, reason, papers, by, at_ms)
VALUES (:id, :kind, :number, :vin, :label, :reason, :papers, :by, :at_ms);

-- name: clearing(id)^
SELECT id, kind, number, vin, label, reason, papers, by, at_ms FROM clearing WHERE id = :id;

-- name: open_clearings()
SELECT id, kind, number, vin, label, reason, papers, by, at_ms FROM clearing
WHERE NOT EXISTS (SELECT 1 FROM mark WHERE mark.clearing = clearing.id) ORDER BY at_ms, id;

-- name: set_bucket(name, full_at_ms)!
INSERT INTO bucket (name, full_at_ms) VALUES (:name, :full_at_ms)
ON CONFLICT (name) DO UPDATE SET full_at_ms = excluded.full_at_ms;

-- name: drop_full_buckets(now_ms)!
DELETE FROM bucket WHERE full_at_ms <= :now_ms;

-- name: add_unit(kind, number, serial, model, market, vin, key, sealed)!
INSERT INTO unit (kind, number, serial, model, market, vin, key, sealed)
VALUES (:kind, :number, :serial, :model, :market, :vin, :key, :sealed);

-- name: import_step(file)^
SELECT file, lines, byte_offset, accepted, refused, at_ms, by FROM import_step
WHERE file = :file ORDER BY byte_offset DESC LIMIT 1;

-- name: add_import_step(file, lines, byte_offset, accepted, refused, at_ms, by)!
INSERT INTO import_step (file, lines, byte_offset, accepted, refused, at_ms, by)
VALUES (:file, :lines, :byte_offset, :accepted, :refused, :at_ms, :by);

-- name: add_coverage(file, byte_offset, model, units, at_ms)!
INSERT INTO coverage (file, byte_offset, model, units, at_ms) VALUES (:file, :byte_offset, :model, :units, :at_ms);

-- name: coverage()
SELECT model, CAST(sum(units) AS bigint), max(at_ms) FROM coverage GROUP BY model ORDER BY model;

-- name: units_not_sealed_with(key, number, kind, count)
SELECT kind, number, serial, model, market, vin, key, sealed FROM unit
WHERE (number, kind) > (:number, :kind) AND key <> :key ORDER BY number, kind LIMIT :count;

-- name: sealed_with()
SELECT key, count(*) FROM unit GROUP BY key ORDER BY key;

-- name: reseal(kind, number, key, sealed, was)
UPDATE unit SET key = :key, sealed = :sealed WHERE number = :number AND kind = :kind AND key = :was
RETURNING number;

-- name: token(id)^
SELECT id, hashed, account, organisation, scopes, made_at_ms, expires_at_ms, by FROM token
WHERE id = :id AND NOT EXISTS (SELECT 1 FROM token_end WHERE token_end.id = token.id);

-- name: tokens()
SELECT id, account, organisation, scopes, made_at_ms, expires_at_ms, by FROM token
WHERE NOT EXISTS (SELECT 1 FROM token_end WHERE token_end.id = token.id) ORDER BY made_at_ms, id;

-- name: add_token(id, hashed, account, organisation, scopes, made_at_ms, expires_at_ms, by)!
INSERT INTO token (id, hashed, account, organisation, scopes, made_at_ms, expires_at_ms, by)
VALUES (:id, :hashed, :account, :organisation, :scopes, :made_at_ms, :expires_at_ms, :by);

-- name: end_token(id, at_ms, by)!
INSERT INTO token_end (id, at_ms, by) VALUES (:id, :at_ms, :by);

-- name: token_ended(id)$
SELECT count(*) FROM token_end WHERE id = :id;

-- name: add_act(at_ms, who, act, subject, detail)!
INSERT INTO audit (at_ms, who, act, subject, detail) VALUES (:at_ms, :who, :act, :subject, :detail);

-- name: acts()
SELECT at_ms, who, act, subject, detail FROM audit ORDER BY id;

-- name: acts_before(before, count)
SELECT id, at_ms, who, act, subject, detail FROM audit WHERE id < :before ORDER BY id DESC LIMIT :count;

-- name: acts_about(subject, before, count)
SELECT id, at_ms, who, act, subject, detail FROM audit
WHERE subject = :subject AND id < :before ORDER BY id DESC LIMIT :count;

-- name: hosting()$
SELECT organisation FROM hosting;

-- name: add_hosting(organisation, at_ms)!
INSERT INTO hosting (id, organisation, at_ms) VALUES (1, :organisation, :at_ms);

-- name: last_checkpoint()^
SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1;

-- name: add_checkpoint(size, note)!
INSERT INTO log_checkpoint (size, note) VALUES (:size, :note);

-- name: add_cosignature(size, witness, line)!
INSERT INTO log_cosignature (size, witness, line) VALUES (:size, :witness, :line);

-- name: cosignatures(size)
SELECT line FROM log_cosignature WHERE size = :size ORDER BY witness;

-- name: entry(idx)^
SELECT idx, leaf FROM log_entry WHERE idx = :idx;

-- name: entries()
SELECT idx, leaf FROM log_entry ORDER BY idx;

-- name: entries_between(first, end)
SELECT idx, leaf FROM log_entry WHERE idx >= :first AND idx < :end ORDER BY idx;

-- name: add_entry(idx, leaf)!
INSERT INTO log_entry (idx, leaf) VALUES (:idx, :leaf);

-- name: node(level, idx)$
SELECT hash FROM log_node WHERE level = :level AND idx = :idx;

-- name: nodes()
SELECT level, idx, hash FROM log_node ORDER BY level, idx;

-- name: add_node(level, idx, hash)!
INSERT INTO log_node (level, idx, hash) VALUES (:level, :idx, :hash);

-- name: add_request(id, organisation, requester, kind, number, serial, label, model, make, vin, language, at_ms)!
INSERT INTO request (id, organisation, requester, kind, number, serial, label, model, make, vin, language, at_ms)
VALUES (:id, :organisation, :requester, :kind, :number, :serial, :label, :model, :make, :vin, :language, :at_ms);

-- name: request(id)^
SELECT id, organisation, requester, kind, number, serial, label, model, make, vin, language, at_ms FROM request
WHERE id = :id;

-- name: add_request_act(request, number, act, by, at_ms, state, due_ms, detail)!
INSERT INTO request_act (request, number, act, by, at_ms, state, due_ms, detail)
VALUES (:request, :number, :act, :by, :at_ms, :state, :due_ms, :detail);

-- name: request_acts(request)
SELECT request, number, act, by, at_ms, state, due_ms, detail FROM request_act
WHERE request = :request ORDER BY number;

-- name: requests_in(state)
SELECT request.id, request.organisation, request.kind, request.serial, request.model, request.at_ms, last.number,
    last.state, last.at_ms, last.due_ms
FROM request_act AS last JOIN request ON request.id = last.request
WHERE last.state = :state AND NOT EXISTS (
    SELECT 1 FROM request_act AS later WHERE later.request = last.request AND later.number = last.number + 1
) ORDER BY last.due_ms, request.id;

-- name: requests_ended(since_ms)
SELECT request.id, last.state, request.at_ms, last.at_ms, last.detail
FROM request_act AS last JOIN request ON request.id = last.request
WHERE last.state IN ('released', 'refused', 'withdrawn', 'expired') AND last.at_ms >= :since_ms
ORDER BY last.at_ms, request.id;

-- name: registrars_of(kind, number)
SELECT by FROM mark WHERE kind = :kind AND number = :number
UNION SELECT by FROM clearing WHERE kind = :kind AND number = :number
UNION SELECT by FROM import_step UNION SELECT by FROM token UNION SELECT by FROM token_end;

-- name: add_message(request, side, by, at_ms, text)!
INSERT INTO message (request, side, by, at_ms, text) VALUES (:request, :side, :by, :at_ms, :text);

-- name: messages(request)
SELECT request, side, by, at_ms, text FROM message WHERE request = :request ORDER BY id;

-- name: add_mail(request, number, template, language)!
INSERT INTO outbox (request, number, template, language) VALUES (:request, :number, :template, :language);

-- name: mails_to_send(after, count)
SELECT outbox.id, outbox.request, outbox.number, outbox.template, outbox.language, contact.sealed
FROM outbox JOIN contact ON contact.request = outbox.request
WHERE outbox.id > :after AND NOT EXISTS (SELECT 1 FROM outbox_sent WHERE outbox_sent.id = outbox.id)
    AND NOT EXISTS (
        SELECT 1 FROM outbox_refused JOIN outbox AS other ON other.id = outbox_refused.id
        WHERE other.request = outbox.request
    ) ORDER BY outbox.id LIMIT :count;

-- name: add_mail_sent(id, at_ms)!
INSERT INTO outbox_sent (id, at_ms) VALUES (:id, :at_ms);

-- name: add_contact(request, sealed)!
INSERT INTO contact (request, sealed) VALUES (:request, :sealed);

-- name: drop_contacts(before_ms)!
DELETE FROM contact WHERE EXISTS (
    SELECT 1 FROM request_act WHERE request_act.request = contact.request AND request_act.at_ms < :before_ms
        AND request_act.state IN ('released', 'refused', 'withdrawn', 'expired')
);

-- name: add_paper(id, request, kind, at_ms, media, received, stored, key, sealed)!
INSERT INTO paper (id, request, kind, at_ms, media, received_sha256, stored_sha256, key, sealed)
VALUES (:id, :request, :kind, :at_ms, :media, :received, :stored, :key, :sealed);

-- name: paper(id, request)^
SELECT id, request, kind, at_ms, media, received_sha256, stored_sha256, key, sealed FROM paper
WHERE id = :id AND request = :request;

-- name: papers_kept(request)
SELECT id, media FROM paper WHERE request = :request;

-- name: drop_papers(kind, until_ms)
DELETE FROM paper WHERE kind = :kind AND EXISTS (
    SELECT 1 FROM request_act WHERE request_act.request = paper.request AND request_act.at_ms <= :until_ms
        AND request_act.state IN ('released', 'refused', 'withdrawn', 'expired')
) RETURNING id, request;

-- name: papers_sealed_with()
SELECT key, count(*) FROM paper GROUP BY key ORDER BY key;

-- name: add_mail_refused(id, at_ms, reply)!
INSERT INTO outbox_refused (id, at_ms, reply) VALUES (:id, :at_ms, :reply);

-- name: mail_refused(request)$
SELECT count(*) FROM outbox_refused JOIN outbox ON outbox.id = outbox_refused.id WHERE outbox.request = :request;
