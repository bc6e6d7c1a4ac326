-- A repeat whose release was lost is found by its entry (docs/spec/log.md): an entry by what it says for the number.

CREATE INDEX log_entry_by_number ON log_entry (
    substr(CAST(leaf AS TEXT), instr(CAST(leaf AS TEXT), '"number":"') + 10, 64)
);
