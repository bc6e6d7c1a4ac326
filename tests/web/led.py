"""Where a form leads that did not hold: a page of its own, asked for with GET, which a reload asks for again."""

import re

_PAGE = re.compile(r"[?&]said=[\w-]+$|/road/[\w-]+(/desk)?$")


def shown_after(answer, get):
    """Return the page that says what was wrong with a form, or shows a secret; any other answer as it is.

    `get` opens an address as the browser would that sent the form. No form is answered with such a page itself.
    """
    to = answer.headers.get("location", "")
    return get(to) if answer.status_code == 303 and _PAGE.search(to) else answer
