-- The central base: units and their sealed codes, limits, tokens, audit, proposals, witnesses' signatures.

CREATE TABLE hosting (
    id bigint PRIMARY KEY CHECK (id = 1),
    organisation text NOT NULL,
    at_ms bigint NOT NULL
);

-- The numbers compare by bytes, as on SQLite: no locale decides what a number is.
CREATE TABLE unit (
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind text COLLATE "C" NOT NULL,
    number text COLLATE "C" NOT NULL,
    serial text NOT NULL,
    model text NOT NULL,
    market text NOT NULL,
    vin text NOT NULL,
    key text NOT NULL,
    sealed bytea NOT NULL
);

CREATE UNIQUE INDEX unit_by_number ON unit (number, kind);

CREATE TABLE import_step (
    file text NOT NULL,
    lines bigint NOT NULL,
    byte_offset bigint NOT NULL,
    accepted bigint NOT NULL,
    refused bigint NOT NULL,
    at_ms bigint NOT NULL,
    by text NOT NULL,
    PRIMARY KEY (file, byte_offset)
);

CREATE TABLE bucket (
    name text PRIMARY KEY,
    full_at_ms bigint NOT NULL
);

CREATE INDEX bucket_by_time ON bucket (full_at_ms);

CREATE TABLE token (
    id text PRIMARY KEY,
    hashed bytea NOT NULL CHECK (length(hashed) = 32),
    account text NOT NULL,
    organisation text NOT NULL,
    scopes text NOT NULL,
    made_at_ms bigint NOT NULL,
    expires_at_ms bigint NOT NULL,
    by text NOT NULL
);

CREATE TABLE token_end (
    id text PRIMARY KEY REFERENCES token (id),
    at_ms bigint NOT NULL,
    by text NOT NULL
);

CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at_ms bigint NOT NULL,
    who text NOT NULL,
    act text NOT NULL,
    subject text NOT NULL,
    detail text NOT NULL
);

CREATE TABLE clearing (
    id text PRIMARY KEY,
    kind text NOT NULL,
    number text NOT NULL,
    vin text NOT NULL,
    label text NOT NULL,
    reason text NOT NULL,
    papers text NOT NULL CHECK (papers <> ''),
    by text NOT NULL,
    at_ms bigint NOT NULL
);

CREATE TABLE log_cosignature (
    size bigint NOT NULL REFERENCES log_checkpoint (size),
    witness text NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (size, witness)
);

ALTER TABLE release ADD COLUMN kind text NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN number text NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN vin text NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN account text NOT NULL DEFAULT '';

ALTER TABLE release ADD COLUMN evidence text NOT NULL DEFAULT '';

CREATE INDEX release_by_number ON release (number, kind);

ALTER TABLE mark ADD COLUMN clearing text NOT NULL DEFAULT '';

CREATE UNIQUE INDEX mark_by_clearing ON mark (clearing) WHERE clearing <> '';

-- A clearing carries out a proposal of somebody else, about the same radio; whoever is connected.
CREATE FUNCTION mark_needs_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM clearing AS proposal
        WHERE proposal.id = NEW.clearing AND proposal."by" <> NEW."by"
            AND proposal.kind = NEW.kind AND proposal.number = NEW.number
            AND proposal.vin = NEW.vin AND proposal.label = NEW.label
    ) THEN
        RAISE EXCEPTION 'a clearing needs a proposal of somebody else' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER mark_needs_two BEFORE INSERT ON mark
FOR EACH ROW WHEN (NEW.act = 'cleared') EXECUTE FUNCTION mark_needs_two();
