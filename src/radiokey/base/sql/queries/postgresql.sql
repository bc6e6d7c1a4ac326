-- What takes a list: PostgreSQL makes an array of it.

-- name: releases_with(request_ids)
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE request_id = ANY (ARRAY(SELECT json_array_elements_text(:request_ids::json)));

-- name: entries_numbered(numbers)
SELECT idx, leaf FROM log_entry
WHERE substring(encode(leaf, 'escape') from '"number":"([0-9a-f]{64})"') = ANY (
    ARRAY(SELECT json_array_elements_text(:numbers::json))
);

-- name: buckets(names)
SELECT name, full_at_ms FROM bucket WHERE name = ANY (ARRAY(SELECT json_array_elements_text(:names::json)));

-- name: marks_of(kinds, numbers)
SELECT act, kind, number, vin, label, reason, by, at_ms, clearing FROM mark
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json))) ORDER BY id;

-- name: units_of(kinds, numbers)
SELECT kind, number, serial, model, market, vin, key, sealed FROM unit
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json)));

-- name: requests_about(kinds, numbers)
SELECT request.id, request.organisation, request.kind, request.serial, request.model, request.at_ms, last.number,
    last.state, last.at_ms, last.due_ms
FROM request JOIN request_act AS last ON last.request = request.id
WHERE request.number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND request.kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json))) AND NOT EXISTS (
    SELECT 1 FROM request_act AS later WHERE later.request = last.request AND later.number = last.number + 1
) ORDER BY request.at_ms DESC, request.id;

-- name: unit_cards(kinds, numbers)
SELECT kind, number, serial, model, market, vin FROM unit
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json))) ORDER BY number, kind;

-- A commit that wrote nothing waits for no standby; one that wrote this waits until the standby has it, and
-- all that was committed before.
-- name: confirm_seen()!
SELECT pg_logical_emit_message(true, 'radiokey', '');

-- name: take_turn()!
SELECT pg_advisory_xact_lock(7233173838382854);

-- name: nodes_of(nodes)
SELECT level, idx, hash FROM log_node WHERE (level, idx) IN (
    SELECT (node ->> 0)::bigint, (node ->> 1)::bigint FROM json_array_elements(:nodes::json) AS node
);

-- What adds many rows at once: an array for each column.

-- name: add_releases(request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence)!
INSERT INTO release (request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence)
SELECT * FROM unnest(
    :request_id::text[], :fingerprint::bytea[], :client::text[], :at_ms::bigint[], :idx::bigint[], :receipt::bytea[],
    :kind::text[], :number::text[], :vin::text[], :account::text[], :evidence::text[]
);

-- name: add_entries(idx, leaf)!
INSERT INTO log_entry (idx, leaf) SELECT * FROM unnest(:idx::bigint[], :leaf::bytea[]);

-- name: add_nodes(level, idx, hash)!
INSERT INTO log_node (level, idx, hash) SELECT * FROM unnest(:level::bigint[], :idx::bigint[], :hash::bytea[]);
