"""All commands of `radiokey vault`: each module adds its own to the noun."""

from radiokey.cli.vault import card, entries, exchange, passphrase
from radiokey.cli.vault.app import app

__all__ = ["app", "card", "entries", "exchange", "passphrase"]
