-- The principals, and all that each may do (docs/spec/rights.md). What is not granted here is denied by the
-- database. Roles belong to the whole server, so that another base on it may have made them already.

DO $$
DECLARE
    principal text;
BEGIN
    FOREACH principal IN ARRAY ARRAY[
        'radiokey_door', 'radiokey_registrar', 'radiokey_keeper', 'radiokey_desk', 'radiokey_gate',
        'radiokey_publisher', 'radiokey_auditor'
    ] LOOP
        BEGIN
            EXECUTE format('CREATE ROLE %I NOLOGIN', principal);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), principal);
    END LOOP;
END
$$;

-- The door: reads what decides, writes what it released.
GRANT SELECT ON unit, mark, release, bucket, log_entry, log_node, log_checkpoint, schema_version TO radiokey_door;

GRANT INSERT ON release, log_entry, log_node, log_checkpoint, bucket TO radiokey_door;

GRANT UPDATE (full_at_ms), DELETE ON bucket TO radiokey_door;

-- The registrar: adds units and marks, never sees a sealed code.
GRANT SELECT (kind, number, serial, model, market, vin) ON unit TO radiokey_registrar;

GRANT SELECT ON mark, clearing, import_step, token_end, hosting, schema_version TO radiokey_registrar;

GRANT SELECT (id, account, organisation, scopes, made_at_ms, expires_at_ms, by) ON token TO radiokey_registrar;

GRANT INSERT ON unit, mark, clearing, import_step, token, token_end, audit TO radiokey_registrar;

-- The keeper of keys: changes seals and nothing else.
GRANT SELECT ON unit, schema_version TO radiokey_keeper;

GRANT UPDATE (key, sealed) ON unit TO radiokey_keeper;

GRANT INSERT ON audit TO radiokey_keeper;

-- The desk: looks units up, and says so in the audit first.
GRANT SELECT (kind, number, serial, model, market, vin) ON unit TO radiokey_desk;

GRANT SELECT ON mark, schema_version TO radiokey_desk;

GRANT INSERT ON audit TO radiokey_desk;

-- The gate: knows whose token it is.
GRANT SELECT ON token, token_end, hosting, schema_version TO radiokey_gate;

-- The publisher: shows the log, keeps the witnesses' signatures.
GRANT SELECT ON log_entry, log_node, log_checkpoint, log_cosignature, schema_version TO radiokey_publisher;

GRANT INSERT ON log_cosignature TO radiokey_publisher;

-- The auditor: reads history, no code and no secret of a receipt.
GRANT SELECT ON log_entry, log_node, log_checkpoint, log_cosignature, mark, clearing, audit, import_step, hosting,
    token_end, schema_version TO radiokey_auditor;

GRANT SELECT (request_id, client, at_ms, idx, kind, number, vin, account, evidence) ON release TO radiokey_auditor;

GRANT SELECT (kind, number, serial, model, market, vin, key) ON unit TO radiokey_auditor;

GRANT SELECT (id, account, organisation, scopes, made_at_ms, expires_at_ms, by) ON token TO radiokey_auditor;
