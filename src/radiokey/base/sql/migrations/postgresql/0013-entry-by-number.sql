-- A repeat whose release was lost is found by its entry (docs/spec/log.md): an entry by what it says for the number.

CREATE INDEX log_entry_by_number ON log_entry (
    substring(encode(leaf, 'escape') from '"number":"([0-9a-f]{64})"')
);
