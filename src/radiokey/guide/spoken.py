"""Times of waiting, in the words of a sentence."""


def spoken_minutes(minutes: tuple[float, float] | None) -> str:
    """Say a range of minutes: `30 minutes`, `15 to 30 minutes`, `10 seconds`, `10 hours 40 minutes`.

    >>> spoken_minutes((0.17, 0.17))
    '10 seconds'
    >>> spoken_minutes((640, 640))
    '10 hours 40 minutes'
    """
    if minutes is None:
        return "no time that is known"
    low, high = (_spoken(value) for value in minutes)
    return high if low == high else f"{low} to {high}"


def _spoken(minutes: float) -> str:
    if minutes < 1:
        return f"{round(minutes * 60)} seconds"
    hours, rest = divmod(round(minutes), 60)
    parts = [f"{hours} hour{'s' if hours > 1 else ''}"] if minutes > 90 and hours else []  # noqa: PLR2004 - up to 90 minutes is said in minutes
    left = rest if parts else round(minutes)
    if left or not parts:
        parts.append(f"{left} minute{'s' if left != 1 else ''}")
    return " ".join(parts)
