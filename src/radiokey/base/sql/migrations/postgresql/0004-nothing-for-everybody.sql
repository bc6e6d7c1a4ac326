-- PostgreSQL gives everybody (PUBLIC) some rights by itself: to connect, to make temporary tables, to use the
-- schema, to call new functions. Taken back: what is not granted to a principal is denied (docs/spec/rights.md).

REVOKE ALL ON FUNCTION mark_needs_two FROM PUBLIC;

ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;

ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM PUBLIC;

DO $$
DECLARE
    principal text;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', current_schema());
    FOREACH principal IN ARRAY ARRAY[
        'radiokey_door', 'radiokey_registrar', 'radiokey_keeper', 'radiokey_desk', 'radiokey_gate',
        'radiokey_publisher', 'radiokey_auditor'
    ] LOOP
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), principal);
    END LOOP;
END
$$;
