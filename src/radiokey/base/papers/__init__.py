"""What an owner sends as proof: known by its bytes, read by a confined process, kept as a picture of itself.

No byte that came in is ever stored or shown (docs/spec/papers.md, ADR 11).
"""
