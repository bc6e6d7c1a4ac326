"""A practice radio over HTTP, as its page holds it, and the fingers on its keys."""

import re

from radiokey.catalogue.load import load_catalogue
from radiokey.code.value import Code
from radiokey.headunit.panel import presses_for
from radiokey.web.owner.practice_radio import EVENTS_MAX, practice_code

MODELS = load_catalogue().models
ASKED = ["lexus_toyota_sec", "mitsubishi_off", "nissan_blaupunkt_1990s"]


def presses(id_: str, code: str, way: int = 0) -> list[dict[str, object]]:
    """Return what the fingers do to key `code` in, on a radio that opens in its `way`-th way."""
    model = MODELS[id_]
    design = model.design(model.entry.value.openings[way] if id_ in ASKED else None)
    return [
        {"what": "press", "key": one.key, "ms": one.hold_ms + 120}
        for one in presses_for(design.panel, design.shape, Code(code))
        for _ in range(one.times)
    ]


def wrong_code(id_: str) -> str:
    """Return a code of the right shape that the practice radio does not open with."""
    design = MODELS[id_].design()
    right = practice_code(design).reveal()
    alphabet = design.shape.places[-1]
    return right[:-1] + next(character for character in alphabet if character != right[-1])


def own_practice(client, id_: str, code: str) -> str:
    """Return where the practice radio with an own code is: the keys lead there."""
    keys = client.post("/coach", data={"model": id_, "code": code}, follow_redirects=False)
    return keys.headers["location"].replace("/keys", "/practice")


class Radio:
    """A practice radio as its page holds it."""

    def __init__(self, client, id_: str, code: str = "", way: int = 0) -> None:
        self._client = client
        self._address = f"/practice/{id_}"
        first = {"first": str(way)} if id_ in ASKED else {}
        self.page = client.get(own_practice(client, id_, code) if code else self._address, params=first)
        assert self.page.status_code == 200
        self.image = re.search(r'data-image="([^"]+)"', self.page.text)[1]
        self.told: dict[str, object] = {}

    def did(self, *acts: dict[str, object]) -> dict[str, object]:
        for at in range(0, len(acts), EVENTS_MAX):
            sent = {"image": self.image, "did": list(acts[at : at + EVENTS_MAX])}
            answer = self._client.post(f"{self._address}/did", json=sent)
            assert answer.status_code == 200, answer.text
            assert answer.headers["cache-control"] == "no-store"
            self.told = answer.json()
            self.image = self.told["image"]
        return self.told
