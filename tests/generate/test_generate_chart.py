"""The chart refuses what ``generate service`` refuses, and makes the same of everything else."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema  # noqa: TID253 - the second opinion
import pytest
import yaml
from hypothesis import HealthCheck, event, given, settings
from random_values import values

from meshctl.errors import OutputError
from meshctl.generate.chart.contents import chart_files
from meshctl.generate.service.objects import service_objects
from meshctl.generate.service.values import ValuesError, mistakes, parse_values, values_of
from meshctl.generate.service.values_schema import values_schema
from meshctl.output.generate.directory import write_chart

HELM = shutil.which("helm")
needs_helm = pytest.mark.skipif(
    HELM is None, reason="there is no helm on the PATH: the chart was rendered by nobody"
)


@pytest.fixture(scope="module")
def chart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("helm") / "service"
    write_chart(str(home), chart_files())
    return home


def rendered(chart: Path, some: Any) -> list[dict[str, Any]] | None:
    """Render with helm; ``None`` where it refuses the values."""
    file = chart.parent / "values.yaml"
    file.write_text(json.dumps(some))
    command = [str(HELM), "template", "some", str(chart), "-n", "shop", "-f", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        assert "schema" in done.stderr or "execution error" in done.stderr, done.stderr
        return None
    return by_name(one for one in yaml.safe_load_all(done.stdout) if one)


def by_name(objects: Any) -> list[dict[str, Any]]:
    return sorted(objects, key=lambda one: (one["kind"], one["metadata"]["name"]))


@needs_helm
@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(some=values())
def test_helm_makes_the_same(chart: Path, some: dict[str, Any]) -> None:
    refused = bool(mistakes(some))
    event("refused" if refused else "rendered")
    expected = None if refused else by_name(service_objects(values_of(some, "shop")))
    assert expected == rendered(chart, some)


BASE: dict[str, Any] = {"name": "cart", "ports": [{"port": 80, "protocol": "http"}]}


@needs_helm
@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Cart"}, {"timeout": "5"}, {"timeot": "5s"}, {"ports": []}, {"mtls": "strict"},
        {"canary": {"stable": "a", "version": "b"}}, {"allowedCallers": ["front"]},
        {"gateway": {"name": "a", "namespace": "b", "host": "*.example.com"}},
    ],
)  # fmt: skip
def test_helm_refuses_by_the_schema(chart: Path, wrong: dict[str, Any]) -> None:
    some = BASE | wrong
    assert mistakes(some)
    assert rendered(chart, some) is None


@settings(max_examples=200)
@given(some=values())
def test_two_readers_of_the_schema_agree(some: dict[str, Any]) -> None:
    other = jsonschema.Draft202012Validator(values_schema())
    assert other.is_valid(some)


def test_the_values_to_begin_with_name_everything() -> None:
    text = chart_files()["values.yaml"]
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")]
    known = set(values_schema()["properties"]) - {"global"}
    assert known == {line.partition(":")[0] for line in lines if line.partition(":")[0] in known}
    written = [line for line in lines if line.startswith((" ", "- ")) or ":" in line.split(" ")[0]]
    some = yaml.safe_load("\n".join(one for one in written if "  weight" not in one))
    del some["canary"]["cookie"]
    assert [] == mistakes(some)


def test_a_chart_holds_the_values_that_are_given(tmp_path: Path) -> None:
    text = "name: cart\nports: [{port: 80, protocol: http}] # all of it\n"
    write_chart(str(tmp_path / "new"), chart_files(text))
    assert text == (tmp_path / "new" / "values.yaml").read_text()
    write_chart(str(tmp_path / "new"), chart_files(), overwrites=True)
    parse_values(text, "v", "shop")
    with pytest.raises(ValuesError):
        parse_values((tmp_path / "new" / "values.yaml").read_text(), "v", "shop")


def test_files_that_somebody_edited_are_kept(tmp_path: Path) -> None:
    write_chart(str(tmp_path), chart_files())
    write_chart(str(tmp_path), chart_files())
    edited = tmp_path / "values.yaml"
    edited.write_text("name: cart\n")
    (tmp_path / "Chart.yaml").unlink()
    with pytest.raises(OutputError, match=r"values\.yaml would lose what is in there.*--overwrite"):
        write_chart(str(tmp_path), chart_files())
    assert edited.read_text() == "name: cart\n"
    assert not (tmp_path / "Chart.yaml").exists(), "all are written or none"
    write_chart(str(tmp_path), chart_files(), overwrites=True)
    assert edited.read_text() == chart_files()["values.yaml"]


def test_a_directory_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds other files, such as notes\.txt"):
        write_chart(str(tmp_path), chart_files())
    assert ["notes.txt"] == [one.name for one in tmp_path.iterdir()]
    with pytest.raises(OutputError, match="is a file"):
        write_chart(str(tmp_path / "notes.txt"), chart_files())
