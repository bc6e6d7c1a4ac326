"""The network that reads print, without the characters that no label prints."""

import numpy as np
import onnxruntime
import pytest

from radiokey.label.networks import find_networks
from radiokey.label.vocabulary import PRINTED, narrowed


@pytest.fixture(scope="module")
def whole():
    return find_networks().reader.read_bytes()


def loaded(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    listed = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    return session, ["", *listed, " "]


def test_it_gives_the_shares_that_the_whole_network_gives_these_characters(whole):
    model = narrowed(whole)
    assert len(model) < 0.6 * len(whole)
    crop = np.random.default_rng(1).normal(0, 0.5, (1, 3, 48, 64)).astype(np.float32)
    (session, known), (other, few) = loaded(whole), loaded(model)
    assert "".join(few) == PRINTED
    (scores,), (shares,) = (one.run(None, {one.get_inputs()[0].name: crop}) for one in (session, other))
    expected = scores[:, :, [known.index(character) for character in few]]
    assert shares == pytest.approx(expected / expected.sum(2, keepdims=True), abs=1e-5)


def test_one_that_is_built_otherwise_comes_back_as_it_is(whole):
    few = narrowed(whole)
    assert narrowed(few) == few
    detector = find_networks().detector.read_bytes()
    assert narrowed(detector) == detector
