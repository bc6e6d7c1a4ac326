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

-- name: add_act(at_ms, who, act, subject, detail)!
INSERT INTO audit (at_ms, who, act, subject, detail) VALUES (:at_ms, :who, :act, :subject, :detail);

-- name: acts()
SELECT at_ms, who, act, subject, detail FROM audit ORDER BY id;

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
