"""Every command by name, and the file that it stands in."""

import click

from radiokey.cli.noun import Noun


def _models() -> click.Command:
    from radiokey.cli.models import models

    return models


def _serial() -> click.Command:
    from radiokey.cli.serial import app

    return app


def _code() -> click.Command:
    from radiokey.cli.code import code

    return code


def _entry() -> click.Command:
    from radiokey.cli.entry import entry

    return entry


def _wait() -> click.Command:
    from radiokey.cli.wait import wait

    return wait


def _sheet() -> click.Command:
    from radiokey.cli.sheet import print_sheet

    return print_sheet


def _guide() -> click.Command:
    from radiokey.cli.guide import guide

    return guide


def _prevention() -> click.Command:
    from radiokey.cli.prevention import prevention

    return prevention


def _reminder() -> click.Command:
    from radiokey.cli.prevention import reminder

    return reminder


def _ends() -> click.Command:
    from radiokey.cli.ends import ends

    return ends


def _used() -> click.Command:
    from radiokey.cli.ends import used

    return used


def _questions() -> click.Command:
    from radiokey.cli.ends import questions

    return questions


def _completion() -> click.Command:
    from radiokey.cli.completion import completion

    return completion


def _manual() -> click.Command:
    from radiokey.cli.manual import manual

    return manual


def _bench() -> click.Command:
    from radiokey.cli.bench import app

    return app


def _lab() -> click.Command:
    from radiokey.cli.lab import app

    return app


def _explain() -> click.Command:
    from radiokey.cli.explain import explain_record

    return explain_record


def _unit() -> click.Command:
    from radiokey.cli.unit import app

    return app


def _vault() -> click.Command:
    from radiokey.cli.vault.commands import app

    return app


def _report() -> click.Command:
    from radiokey.cli.report import report

    return report


def _base() -> click.Command:
    from radiokey.cli.base import app

    return app


def _serve() -> click.Command:
    from radiokey.cli.serve import serve

    return serve


def _speak(context: click.Context, parameter: click.Parameter, value: str | None) -> None:  # noqa: ARG001 - Click's signature
    if value is not None:
        from radiokey.language.load import parse_language
        from radiokey.language.speech import speak

        speak(parse_language(value))


app = Noun(
    "radiokey",
    {
        "models": _models,
        "serial": _serial,
        "code": _code,
        "entry": _entry,
        "wait": _wait,
        "sheet": _sheet,
        "guide": _guide,
        "prevention": _prevention,
        "reminder": _reminder,
        "ends": _ends,
        "used": _used,
        "questions": _questions,
        "bench": _bench,
        "lab": _lab,
        "explain": _explain,
        "unit": _unit,
        "vault": _vault,
        "report": _report,
        "base": _base,
        "serve": _serve,
        "completion": _completion,
        "manual": _manual,
    },
    help="Gets a locked car radio playing again, for its owner and only for its owner.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
click.option(
    "--lang",
    metavar="LANG",
    is_eager=True,
    expose_value=False,
    callback=_speak,
    help="Language to be spoken to in; by default that of LC_ALL, LC_MESSAGES or LANG.",
)(app)
click.version_option(package_name="radiokey", message="%(prog)s %(version)s")(app)
