-- How often it happens to owners, by their own word (docs/spec/poll.md): which radio, which answer, and nothing else.

CREATE TABLE poll_answer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL CHECK (length(model) <= 64),
    often text NOT NULL CHECK (often IN ('never', 'yearly', 'each-battery', 'always'))
);

CREATE INDEX poll_answer_by_model ON poll_answer (model, often);

GRANT SELECT, INSERT ON poll_answer TO radiokey_gate;

GRANT SELECT ON poll_answer TO radiokey_auditor;
