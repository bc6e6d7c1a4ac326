"""Draws the road from the table: `docs/guide.md` is this module's output, and a test compares them."""

from typing import Final

from radiokey.guide.model import STAGE_NAMES, Guide, Step
from radiokey.guide.proof import arrows


def picture(guide: Guide) -> str:
    """Return the whole road as a Mermaid flow chart, the stages as boxes."""
    lines = ["flowchart TD"]
    for stage, title in STAGE_NAMES.items():
        lines.append(f'  subgraph stage-{stage.value}["{title}"]')
        lines.extend(f"    {_node(guide, step)}" for step in guide.steps.values() if step.stage is stage)
        lines.append("  end")
    pairs: dict[tuple[str, str], list[str]] = {}
    for arrow in arrows(guide):
        pairs.setdefault((arrow.start, arrow.to), []).append(arrow.answer)
    lines.extend(f'  {start} -- "{_label(answers)}" --> {to}' for (start, to), answers in pairs.items())
    return "\n".join(lines)


def document(guide: Guide) -> str:
    """Return `docs/guide.md`: the picture, the table of words and the warnings, all from the tables."""
    words = "\n".join(
        f"| {', '.join(f'`{says}`' for says in row.says) or guide.sayings[row.id]} | "
        f"{'yes' if row.asks_model else 'no'} | {guide.texts[row.to].title} (`{row.to}`) |"
        for row in guide.words
    )
    states = "\n".join(
        f"| {shows.value} | {guide.texts[to].title} (`{to}`) |" for shows, to in guide.shows.items()
    )
    warnings = "\n".join(
        f"| {guide.warnings[name]} | {level.value} | "
        f"{', '.join(f'`{step.id}`' for step in guide.steps.values() if name in step.warnings)} |"
        for name, level in guide.levels.items()
    )
    return _DOCUMENT.format(
        picture=picture(guide), words=words, states=states, warnings=warnings, steps=len(guide.steps)
    )


def _node(guide: Guide, step: Step) -> str:
    title = guide.texts[step.id].title.replace('"', "'")
    if step.act is not None:
        return f'{step.id}[["{title}"]]'
    return f'{step.id}(["{title}"])' if step.end else f'{step.id}["{title}"]'


def _label(answers: list[str]) -> str:
    shown = 3
    return " / ".join(answers[:shown]) + (" ..." if len(answers) > shown else "")


_DOCUMENT: Final = """\
# The guide: every step and every arrow

This page is drawn from `src/radiokey/guide/flow.toml` by `radiokey.guide.draw`; a test fails when it is
stale. Write it anew with

    python -m radiokey.guide.draw > docs/guide.md

The guide has {steps} steps. A step says what happens, the one thing to do and what not to do; its words stand
in `src/radiokey/guide/text/en/`. Round boxes are places where the road may end, double boxes are done on a
page of their own. Only the step `enter` can use up a try, and every way into it is shut while the display
shows anything but the question for the code, and after a refusal until there is new evidence.

```mermaid
{picture}
```

## What does it show?

For an owner who knows the radio, its own words decide (their states below). For one who does not, this table.
`#` stands for any number.

| it shows or does | depends on the radio | without knowing the radio |
|---|---|---|
{words}

| state | step |
|---|---|
{states}

## Warnings

Amber costs time, red cannot be undone.

| warning | level | at |
|---|---|---|
{warnings}

## A position

`step.model.word.shows.errors.refused`, for example `hold-the-code.renault_86a.code.code.1.0`. `-` is not
known or not asked, `x` in place of the model means that the owner does not know it, an `e` at the end that
there is new evidence since the last refusal. A position holds no code and no serial number.
"""


if __name__ == "__main__":
    from radiokey.guide.load import load_guide

    print(document(load_guide()), end="")  # noqa: T201 - this is its output
