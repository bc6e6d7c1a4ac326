-- What takes a list: PostgreSQL makes an array of it.

-- name: releases_with(request_ids)
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE request_id = ANY (ARRAY(SELECT json_array_elements_text(:request_ids::json)));

-- name: buckets(names)
SELECT name, full_at_ms FROM bucket WHERE name = ANY (ARRAY(SELECT json_array_elements_text(:names::json)));

-- name: marks_of(kinds, numbers)
SELECT act, kind, number, vin, label, reason, by, at_ms, clearing FROM mark
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json))) ORDER BY id;

-- name: units_of(kinds, numbers)
SELECT kind, number, serial, model, market, vin, key, sealed FROM unit
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json)));

-- name: unit_cards(kinds, numbers)
SELECT kind, number, serial, model, market, vin FROM unit
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json))) AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json))) ORDER BY number, kind;

-- name: take_turn()!
SELECT pg_advisory_xact_lock(7233173838382854);
