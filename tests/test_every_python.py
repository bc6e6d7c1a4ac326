"""What one Python does and another does not: each of these broke on a newer one while all else went on."""

import pytest
from litestar.testing import TestClient
from papermaking import pdf, picture

from radiokey.base.papers.clean import Cleaner
from radiokey.web.app import create_app


def test_the_api_describes_itself(tmp_path):
    """From Python 3.14 on annotations are read late, and a field can hide what one of them names."""
    with TestClient(create_app(tmp_path / "base.sqlite3", secret=bytes(32))) as client:
        answer = client.get("/api/openapi.json")
        assert answer.status_code == 200
        assert answer.json()["paths"]


@pytest.mark.parametrize(
    "paper", [picture(), picture("PNG"), picture("WEBP"), pdf()], ids=["JPEG", "PNG", "WebP", "PDF"]
)
def test_the_confined_worker_has_loaded_all_it_needs(paper):
    """From Python 3.15 on a module may be loaded when it is first used; the worker can open no file by then."""
    assert Cleaner().clean(paper).content
