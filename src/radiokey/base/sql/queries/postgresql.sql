-- name: unit_cards(kinds, numbers)
SELECT kind, number, serial, model, market, vin FROM unit
WHERE number = ANY (ARRAY(SELECT json_array_elements_text(:numbers::json)))
    AND kind = ANY (ARRAY(SELECT json_array_elements_text(:kinds::json)))
ORDER BY number, kind;

-- name: take_turn()!
SELECT pg_advisory_xact_lock(7233173838382854);
