-- name: release_of(request_id)^
SELECT request_id, fingerprint, client, at_ms, idx, receipt FROM release WHERE request_id = :request_id;

-- name: add_release(request_id, fingerprint, client, at_ms, idx, receipt)!
INSERT INTO release (request_id, fingerprint, client, at_ms, idx, receipt)
VALUES (:request_id, :fingerprint, :client, :at_ms, :idx, :receipt);

-- name: releases_since(client, since_ms)$
SELECT count(*) FROM release WHERE client = :client AND at_ms > :since_ms;

-- name: marks(kind, number)
SELECT act, kind, number, vin, label, reason, by, at_ms FROM mark
WHERE kind = :kind AND number = :number ORDER BY id;

-- name: marks_ending(kind, ending)
SELECT act, kind, number, vin, label, reason, by, at_ms FROM mark
WHERE kind = :kind AND number LIKE '%' || :ending ORDER BY id;

-- name: all_marks()
SELECT act, kind, number, vin, label, reason, by, at_ms FROM mark ORDER BY id;

-- name: add_mark(act, kind, number, vin, label, reason, by, at_ms)!
INSERT INTO mark (act, kind, number, vin, label, reason, by, at_ms)
VALUES (:act, :kind, :number, :vin, :label, :reason, :by, :at_ms);

-- name: last_checkpoint()^
SELECT size, note FROM log_checkpoint ORDER BY size DESC LIMIT 1;

-- name: add_checkpoint(size, note)!
INSERT INTO log_checkpoint (size, note) VALUES (:size, :note);

-- name: entry(idx)^
SELECT idx, leaf FROM log_entry WHERE idx = :idx;

-- name: entries()
SELECT idx, leaf FROM log_entry ORDER BY idx;

-- name: add_entry(idx, leaf)!
INSERT INTO log_entry (idx, leaf) VALUES (:idx, :leaf);

-- name: node(level, idx)$
SELECT hash FROM log_node WHERE level = :level AND idx = :idx;

-- name: nodes()
SELECT level, idx, hash FROM log_node ORDER BY level, idx;

-- name: add_node(level, idx, hash)!
INSERT INTO log_node (level, idx, hash) VALUES (:level, :idx, :hash);
