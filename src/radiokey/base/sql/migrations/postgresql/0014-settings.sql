-- What a base states of itself and may change: the newest of a name counts, the older ones are its history. Here by
-- which ways a code of its ledger leaves (docs/spec/release.md); without a row it is the desk alone.

CREATE TABLE setting (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL CHECK (name IN ('ledger')),
    value text NOT NULL CHECK (value IN ('desk', 'direct')),
    at_ms bigint NOT NULL,
    by text NOT NULL
);

-- The owner of the database alone writes it: no part of a served base makes its own rule looser.
GRANT SELECT ON setting TO radiokey_door, radiokey_desk, radiokey_auditor;
