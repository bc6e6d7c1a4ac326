-- The log, the answered requests and the stolen list. Nobody has a right to change or delete what is written here:
-- see 0003 for who may do what.

CREATE TABLE log_entry (
    idx bigint PRIMARY KEY CHECK (idx >= 0),
    leaf bytea NOT NULL
);

CREATE TABLE log_node (
    level bigint NOT NULL CHECK (level >= 0),
    idx bigint NOT NULL CHECK (idx >= 0),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (level, idx)
);

CREATE TABLE log_checkpoint (
    size bigint PRIMARY KEY CHECK (size > 0),
    note text NOT NULL
);

CREATE TABLE release (
    request_id text PRIMARY KEY,
    fingerprint bytea NOT NULL,
    client text NOT NULL,
    at_ms bigint NOT NULL,
    idx bigint NOT NULL UNIQUE REFERENCES log_entry (idx),
    receipt bytea NOT NULL
);

CREATE INDEX release_by_client ON release (client, at_ms);

CREATE TABLE mark (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    act text NOT NULL CHECK (act IN ('reported', 'cleared')),
    kind text NOT NULL,
    number text NOT NULL,
    vin text NOT NULL,
    label text NOT NULL,
    reason text NOT NULL,
    by text NOT NULL,
    at_ms bigint NOT NULL
);

CREATE INDEX mark_by_number ON mark (kind, number);
