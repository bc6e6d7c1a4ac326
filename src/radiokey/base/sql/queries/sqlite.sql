-- name: unit_cards(kinds, numbers)
SELECT kind, number, serial, model, market, vin FROM unit
WHERE number IN (SELECT value FROM json_each(:numbers)) AND kind IN (SELECT value FROM json_each(:kinds))
ORDER BY number, kind;
