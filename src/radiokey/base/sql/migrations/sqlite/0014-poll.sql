-- How often it happens to owners, by their own word (docs/spec/poll.md): which radio, which answer, and nothing else.

CREATE TABLE poll_answer (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL CHECK (length(model) <= 64),
    often TEXT NOT NULL CHECK (often IN ('never', 'yearly', 'each-battery', 'always'))
) STRICT;

CREATE INDEX poll_answer_by_model ON poll_answer (model, often);

CREATE TRIGGER poll_answer_stays BEFORE UPDATE ON poll_answer BEGIN SELECT RAISE (ABORT, 'append-only'); END;

CREATE TRIGGER poll_answer_keeps BEFORE DELETE ON poll_answer BEGIN SELECT RAISE (ABORT, 'append-only'); END;
