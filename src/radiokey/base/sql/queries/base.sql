-- name: release_of(request_id)^
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE request_id = :request_id;

-- name: releases_of(kind, number)
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE number = :number AND kind = :kind ORDER BY idx;

-- name: releases()
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
ORDER BY idx;

-- name: count_releases()$
SELECT count(*) FROM release;

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

-- name: active_reports_before(before, count)
SELECT report.id, report.act, report.kind, report.number, report.vin, report.label, report.reason, report.by,
    report.at_ms, report.clearing
FROM mark AS report WHERE report.act = 'reported' AND report.id < :before AND NOT EXISTS (
    SELECT 1 FROM mark AS cleared WHERE cleared.kind = report.kind AND cleared.number = report.number
        AND cleared.act = 'cleared' AND cleared.id > report.id
        AND cleared.vin IN ('', report.vin) AND cleared.label IN ('', report.label)
) ORDER BY report.id DESC LIMIT :count;

-- name: count_active_reports(most)$
SELECT count(*) FROM (
    SELECT 1 FROM mark AS report WHERE report.act = 'reported' AND NOT EXISTS (
        SELECT 1 FROM mark AS cleared WHERE cleared.kind = report.kind AND cleared.number = report.number
            AND cleared.act = 'cleared' AND cleared.id > report.id
            AND cleared.vin IN ('', report.vin) AND cleared.label IN ('', report.label)
    ) LIMIT :most
) AS counted;

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
WHERE NOT EXISTS (SELECT 1 FROM mark WHERE mark.clearing = clearing.id)
    AND NOT EXISTS (SELECT 1 FROM clearing_end AS ended WHERE ended.clearing = clearing.id) ORDER BY at_ms, id;

-- name: add_clearing_paper(clearing, at_ms, media, received, stored, key, sealed)!
INSERT INTO clearing_paper (clearing, at_ms, media, received_sha256, stored_sha256, key, sealed)
VALUES (:clearing, :at_ms, :media, :received, :stored, :key, :sealed);

-- name: clearing_paper(clearing)^
SELECT clearing, at_ms, media, received_sha256, stored_sha256, key, sealed FROM clearing_paper
WHERE clearing = :clearing;

-- name: clearing_paper_media(clearing)$
SELECT media FROM clearing_paper WHERE clearing = :clearing;

-- name: clearing_papers_due(carried_out_ms, rejected_ms)
SELECT clearing FROM clearing_paper
WHERE EXISTS (SELECT 1 FROM mark WHERE mark.clearing = clearing_paper.clearing AND mark.at_ms <= :carried_out_ms)
    OR EXISTS (
        SELECT 1 FROM clearing_end AS ended
        WHERE ended.clearing = clearing_paper.clearing AND ended.at_ms <= :rejected_ms
    ) ORDER BY clearing;

-- name: drop_clearing_paper(clearing)
DELETE FROM clearing_paper WHERE clearing = :clearing RETURNING clearing;

-- name: add_grant_proposal(id, what, kind, number, serial, chip, counter, reason, papers, by, at_ms)!
INSERT INTO grant_proposal (id, what, kind, number, serial, chip, counter, reason, papers, by, at_ms)
VALUES (:id, :what, :kind, :number, :serial, :chip, :counter, :reason, :papers, :by, :at_ms);

-- name: grant_proposal(id)^
SELECT id, what, kind, number, serial, chip, counter, reason, papers, by, at_ms FROM grant_proposal WHERE id = :id;

-- name: grant_lines(since_ms, count)
SELECT id, what, kind, number, serial, chip, counter, reason, papers, by, at_ms,
    EXISTS (SELECT 1 FROM release WHERE release.request_id = 'grant-' || grant_proposal.id) AS signed
FROM grant_proposal WHERE at_ms >= :since_ms ORDER BY at_ms DESC, id LIMIT :count;

-- name: open_grant_proposals(since_ms)
SELECT id, what, kind, number, serial, chip, counter, reason, papers, by, at_ms FROM grant_proposal
WHERE at_ms >= :since_ms
    AND NOT EXISTS (SELECT 1 FROM release WHERE release.request_id = 'grant-' || grant_proposal.id)
ORDER BY at_ms, id;

-- name: add_unit_digest(kind, number, digest, at_ms)^
INSERT INTO unit_digest (kind, number, digest, at_ms) VALUES (:kind, :number, :digest, :at_ms)
ON CONFLICT DO NOTHING RETURNING kind;

-- name: unit_digest(kind, number)$
SELECT digest FROM unit_digest WHERE kind = :kind AND number = :number;

-- name: end_clearing(clearing, at_ms, by, reason)!
INSERT INTO clearing_end (clearing, at_ms, by, reason) VALUES (:clearing, :at_ms, :by, :reason);

-- name: late_clearings(before_ms)
SELECT id FROM clearing
WHERE at_ms <= :before_ms AND NOT EXISTS (SELECT 1 FROM mark WHERE mark.clearing = clearing.id)
    AND NOT EXISTS (SELECT 1 FROM clearing_end AS ended WHERE ended.clearing = clearing.id) ORDER BY id;

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

-- name: setting(name)$
SELECT value FROM setting WHERE name = :name ORDER BY id DESC LIMIT 1;

-- name: add_setting(name, value, at_ms, by)!
INSERT INTO setting (name, value, at_ms, by) VALUES (:name, :value, :at_ms, :by);

-- name: last_checkpoint()^
SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1;

-- name: checkpoints()
SELECT size, note FROM log_checkpoint ORDER BY size;

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

-- name: node(level, idx)$
SELECT hash FROM log_node WHERE level = :level AND idx = :idx;

-- name: nodes()
SELECT level, idx, hash FROM log_node ORDER BY level, idx;

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

-- name: queue(state, after_ms, after, count)
SELECT request.id, request.organisation, request.kind, request.serial, request.model, last.opened_ms, last.number,
    last.state, last.at_ms, last.due_ms
FROM request_now AS last JOIN request ON request.id = last.request
WHERE last.state = :state AND last.state IN ('draft', 'papers', 'review', 'second', 'releasing')
    AND (last.due_ms, last.request) > (:after_ms, :after)
ORDER BY last.due_ms, last.request LIMIT :count;

-- name: queue_of(organisation, state, after_ms, after, count)
SELECT request.id, request.organisation, request.kind, request.serial, request.model, last.opened_ms, last.number,
    last.state, last.at_ms, last.due_ms
FROM request_now AS last JOIN request ON request.id = last.request
WHERE last.organisation = :organisation AND last.state = :state
    AND last.state IN ('draft', 'papers', 'review', 'second', 'releasing')
    AND (last.due_ms, last.request) > (:after_ms, :after)
ORDER BY last.due_ms, last.request LIMIT :count;

-- name: queue_length(state, most)$
SELECT count(*) FROM (
    SELECT 1 FROM request_now
    WHERE state = :state AND state IN ('draft', 'papers', 'review', 'second', 'releasing') LIMIT :most
) AS counted;

-- name: queue_length_of(organisation, state, most)$
SELECT count(*) FROM (
    SELECT 1 FROM request_now WHERE organisation = :organisation AND state = :state
        AND state IN ('draft', 'papers', 'review', 'second', 'releasing') LIMIT :most
) AS counted;

-- name: to_remind(state, reminders, until_ms, after_ms, after, count)
SELECT due_ms, request FROM request_now
WHERE state = :state AND state IN ('draft', 'papers') AND reminders = :reminders AND due_ms <= :until_ms
    AND (due_ms, request) > (:after_ms, :after)
ORDER BY due_ms, request LIMIT :count;

-- name: median_answer(since_ms, most)$
WITH answer AS (
    SELECT at_ms - opened_ms AS took FROM request_now
    WHERE state IN ('released', 'refused') AND at_ms >= :since_ms ORDER BY at_ms DESC LIMIT :most
)
SELECT took FROM answer ORDER BY took LIMIT 1 OFFSET (SELECT count(*) / 2 FROM answer);

-- name: refusals(since_ms, most)
WITH answer AS (
    SELECT state, told FROM request_now
    WHERE state IN ('released', 'refused') AND at_ms >= :since_ms ORDER BY at_ms DESC LIMIT :most
)
SELECT told, count(*) FROM answer WHERE state = 'refused' GROUP BY told ORDER BY told;

-- name: registrars_of(kind, number)
SELECT by FROM mark WHERE kind = :kind AND number = :number
UNION SELECT by FROM clearing WHERE kind = :kind AND number = :number
UNION SELECT by FROM import_step UNION SELECT by FROM token UNION SELECT by FROM token_end;

-- name: add_message(request, side, by, at_ms, text)!
INSERT INTO message (request, side, by, at_ms, text) VALUES (:request, :side, :by, :at_ms, :text);

-- name: messages(request)
SELECT request, side, by, at_ms, text FROM message WHERE request = :request ORDER BY id;

-- name: add_mail(request, number, template, language, at_ms)!
INSERT INTO outbox (request, number, template, language, at_ms)
VALUES (:request, :number, :template, :language, :at_ms);

-- name: mails_to_send(until_ms, count)
SELECT outbox.id, outbox.request, outbox.number, outbox.template, outbox.language, contact.sealed, waiting.tries
FROM outbox_waiting AS waiting JOIN outbox ON outbox.id = waiting.id JOIN contact ON contact.request = outbox.request
WHERE waiting.next_ms <= :until_ms ORDER BY waiting.next_ms, waiting.id LIMIT :count;

-- name: hold_mail(id, was, tries, next_ms)!
UPDATE outbox_waiting SET tries = :tries, next_ms = :next_ms WHERE id = :id AND tries = :was;

-- name: mails_waiting()^
SELECT count(*), coalesce(min(at_ms), 0) FROM outbox_waiting;

-- name: add_mail_sent(id, at_ms)!
INSERT INTO outbox_sent (id, at_ms) VALUES (:id, :at_ms) ON CONFLICT (id) DO NOTHING;

-- name: add_mail_given_up(id, at_ms, tries)!
INSERT INTO outbox_given_up (id, at_ms, tries) VALUES (:id, :at_ms, :tries) ON CONFLICT (id) DO NOTHING;

-- name: mails_given_up()$
SELECT count(*) FROM outbox_given_up;

-- name: mail_given_up(request)$
SELECT count(*) FROM outbox_given_up JOIN outbox ON outbox.id = outbox_given_up.id WHERE outbox.request = :request;

-- name: mail_server()^
SELECT failures, next_ms FROM outbox_server;

-- name: set_mail_server(failures, next_ms)!
INSERT INTO outbox_server (id, failures, next_ms) VALUES (1, :failures, :next_ms)
ON CONFLICT (id) DO UPDATE SET failures = excluded.failures, next_ms = excluded.next_ms;

-- name: add_contact(request, sealed)!
INSERT INTO contact (request, sealed) VALUES (:request, :sealed);

-- name: contacts_due(since_ms, before_ms)
SELECT contact.request FROM request_now AS last CROSS JOIN contact
WHERE contact.request = last.request AND last.state IN ('released', 'refused', 'withdrawn', 'expired')
    AND last.at_ms >= :since_ms AND last.at_ms < :before_ms;

-- name: contacts_overdue(before_ms)
SELECT contact.request FROM contact CROSS JOIN request_now AS last
WHERE last.request = contact.request AND last.at_ms < :before_ms
    AND last.state IN ('released', 'refused', 'withdrawn', 'expired');

-- name: drop_contact(request)!
DELETE FROM contact WHERE request = :request;

-- name: add_paper(id, request, kind, at_ms, media, received, stored, key, sealed)!
INSERT INTO paper (id, request, kind, at_ms, media, received_sha256, stored_sha256, key, sealed)
VALUES (:id, :request, :kind, :at_ms, :media, :received, :stored, :key, :sealed);

-- name: paper(id, request)^
SELECT id, request, kind, at_ms, media, received_sha256, stored_sha256, key, sealed FROM paper
WHERE id = :id AND request = :request;

-- name: papers_kept(request)
SELECT id, media FROM paper WHERE request = :request;

-- name: papers_due(kind, since_ms, until_ms)
SELECT paper.id FROM request_now AS last CROSS JOIN paper
WHERE paper.request = last.request AND last.state IN ('released', 'refused', 'withdrawn', 'expired')
    AND last.at_ms >= :since_ms AND last.at_ms <= :until_ms AND paper.kind = :kind;

-- name: papers_overdue(kind, until_ms)
SELECT paper.id FROM paper CROSS JOIN request_now AS last
WHERE paper.kind = :kind AND last.request = paper.request AND last.at_ms <= :until_ms
    AND last.state IN ('released', 'refused', 'withdrawn', 'expired');

-- name: drop_paper(id)
DELETE FROM paper WHERE id = :id RETURNING id, request;

-- name: papers_sealed_with()
SELECT key, count(*) FROM (SELECT key FROM paper UNION ALL SELECT key FROM clearing_paper) AS sealed
GROUP BY key ORDER BY key;

-- name: add_mail_refused(id, at_ms, reply)!
INSERT INTO outbox_refused (id, at_ms, reply) VALUES (:id, :at_ms, :reply) ON CONFLICT (id) DO NOTHING;

-- name: mail_refused(request)$
SELECT count(*) FROM outbox_refused JOIN outbox ON outbox.id = outbox_refused.id WHERE outbox.request = :request;

-- name: add_poll_answer(model, often)!
INSERT INTO poll_answer (model, often) VALUES (:model, :often);

-- name: poll_counts()
SELECT model, often, count(*) FROM poll_answer GROUP BY model, often ORDER BY model, often;
