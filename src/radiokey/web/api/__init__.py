"""The API for programs, specified in docs/spec/api.md."""
