"""The log of releases: leaves, a Merkle tree over them, signed checkpoints, and receipts anyone can check.

Specified in docs/spec/log.md. Hashing and proofs are RFC 6962's, signatures are C2SP signed notes, so that
other people's verifiers understand them.
"""

from radiokey.base.log.receipt import Receipt, Verified, parse_receipt, verify, verify_receipt_file

__all__ = ["Receipt", "Verified", "parse_receipt", "verify", "verify_receipt_file"]
