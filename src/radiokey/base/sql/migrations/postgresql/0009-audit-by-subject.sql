-- What was done to one thing is asked for by its name, and read the newest first.

CREATE INDEX audit_by_subject ON audit (subject, id);
