"""Without helm and kustomize it is said what is missing; --render require makes it an error."""

from pathlib import Path

import pytest

from meshctl.engine.analyze import analyze
from meshctl.errors import InputError
from meshctl.settings import Rendering, Settings

HINTS = {
    "chart": "install helm (https://helm.sh) to have charts rendered",
    "overlay": "install kustomize or kubectl to have kustomizations rendered",
}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "chart/templates").mkdir(parents=True)
    (tmp_path / "chart/Chart.yaml").write_text("apiVersion: v2\nname: till\nversion: 1.0.0\n")
    (tmp_path / "overlay").mkdir()
    (tmp_path / "overlay/kustomization.yaml").write_text(
        "resources: [https://example.test/a.yaml]\n"
    )
    return tmp_path


@pytest.mark.parametrize("name", HINTS)
def test_what_is_not_checked_names_what_to_install(name: str) -> None:
    report = analyze([name], Settings())
    assert [HINTS[name]] == [gap.reason.rpartition("; ")[2] for gap in report.not_checked]


@pytest.mark.parametrize("name", HINTS)
def test_require_cannot_do_its_job(name: str) -> None:
    with pytest.raises(InputError, match="is not on PATH") as raised:
        analyze([name], Settings(rendering=Rendering("require")))
    assert (2, True) == (raised.value.exit_code, str(raised.value).endswith(HINTS[name]))
