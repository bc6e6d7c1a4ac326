"""The noun `vault`, and the option that several of its commands have."""

import click

from radiokey.cli.noun import Noun

app = Noun("vault", help="Numbers and codes in one encrypted file, which the age program opens too.")

serial_option = click.option("--serial", metavar="SERIAL", help="Which radio: its number, or the end of it.")
