-- What takes a list: SQLite reads it with json_each.

-- name: releases_with(request_ids)
SELECT request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence FROM release
WHERE request_id IN (SELECT value FROM json_each(:request_ids));

-- name: entries_numbered(numbers)
SELECT idx, leaf FROM log_entry
WHERE substr(CAST(leaf AS TEXT), instr(CAST(leaf AS TEXT), '"number":"') + 10, 64) IN (
    SELECT value FROM json_each(:numbers)
);

-- name: buckets(names)
SELECT name, full_at_ms FROM bucket WHERE name IN (SELECT value FROM json_each(:names));

-- name: marks_of(kinds, numbers)
SELECT act, kind, number, vin, label, reason, by, at_ms, clearing FROM mark
WHERE number IN (SELECT value FROM json_each(:numbers)) AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY id;

-- name: units_of(kinds, numbers)
SELECT kind, number, serial, model, market, vin, key, sealed FROM unit
WHERE number IN (SELECT value FROM json_each(:numbers)) AND kind IN (SELECT value FROM json_each(:kinds));

-- name: requests_about(kinds, numbers)
SELECT request.id, request.organisation, request.kind, request.serial, request.model, request.at_ms, last.number,
    last.state, last.at_ms, last.due_ms
FROM request JOIN request_act AS last ON last.request = request.id
WHERE request.number IN (SELECT value FROM json_each(:numbers)) AND request.kind IN (SELECT value FROM json_each(:kinds)) AND NOT EXISTS (
    SELECT 1 FROM request_act AS later WHERE later.request = last.request AND later.number = last.number + 1
) ORDER BY request.at_ms DESC, request.id;

-- name: unit_cards(kinds, numbers)
SELECT kind, number, serial, model, market, vin FROM unit
WHERE number IN (SELECT value FROM json_each(:numbers)) AND kind IN (SELECT value FROM json_each(:kinds)) ORDER BY number, kind;

-- name: nodes_of(nodes)
SELECT level, idx, hash FROM log_node WHERE (level, idx) IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:nodes)
);

-- What adds many rows at once: the group of values is repeated for each.

-- name: add_releases(request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence)!
INSERT INTO release (request_id, fingerprint, client, at_ms, idx, receipt, kind, number, vin, account, evidence)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?);

-- name: add_entries(idx, leaf)!
INSERT INTO log_entry (idx, leaf) VALUES (?, ?);

-- name: add_nodes(level, idx, hash)!
INSERT INTO log_node (level, idx, hash) VALUES (?, ?, ?);
