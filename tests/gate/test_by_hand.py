"""What the webhook would answer to files, object by object."""

from pathlib import Path

import pytest

from meshctl.errors import InputError
from meshctl.gate.by_hand import answers
from meshctl.gate.policy import Answering, Mode
from meshctl.settings import Settings
from meshctl.sources.loader import Loaded, load


def test_an_object_without_a_kind_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    text = "apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\n---\n"
    file.write_text(text + "apiVersion: networking.istio.io/v1\nmetadata: {name: a}\nspec: {}\n")
    found = answers(Loaded(0, [], []), load([str(file)]), Settings(), Answering(Mode.WARN))
    with pytest.raises(InputError, match=r"a\.yaml:5: an object here has no kind"):
        list(found)
