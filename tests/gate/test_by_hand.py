"""What the webhook would answer to files, object by object."""

from pathlib import Path

import pytest
from small_mesh import SHOP
from test_policy import TWIN

from meshctl.errors import InputError
from meshctl.gate.by_hand import answers, files_answer
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


@pytest.mark.parametrize("mode", [Mode.WARN, Mode.ENFORCE])
def test_what_would_hold_anyway_is_told_in_every_mode(tmp_path: Path, mode: Mode) -> None:
    """Whoever asks by hand is told, whether or not the mode would refuse for it."""
    (tmp_path / "live.yaml").write_text(SHOP)
    (tmp_path / "twin.yaml").write_text(TWIN)
    live, twin = (load([str(tmp_path / name)]) for name in ("live.yaml", "twin.yaml"))
    found = files_answer(answers(live, twin, Settings(), Answering(mode)))
    told = {one.rule: one.would_hold_anyway for one in found.objects[0].findings}
    assert {"destination-rule/duplicate-host": True} == told
