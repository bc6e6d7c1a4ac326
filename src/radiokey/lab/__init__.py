"""The policy lab: what a schedule costs a thief and what it costs an owner, exactly (docs/spec/lab.md)."""
