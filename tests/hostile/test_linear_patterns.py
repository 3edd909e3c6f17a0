"""Patterns take time by the length of a text: its square would be hours for these."""

import json
from pathlib import Path

import every_command
import pytest

from meshctl.inspect.proxies.config_diff import _UNDERSCORE
from meshctl.lsp.ignore_words import RuleWord, rule_in_comment
from meshctl.mesh.workloads.nginx_text import proxied_servers
from meshctl.migrate.drafts import object_name
from meshctl.sources import application_sets
from meshctl.sources.manifests import is_manifest

LONG = 300_000
POD = """\
apiVersion: v1
kind: Pod
metadata: {{name: p, namespace: a, annotations: {{meshctl.io/ignore: "{brackets}"}}}}
spec: {{containers: [{{name: c, image: x, args: ["{text} http://db:80/"], env: [{{name: URL, value: "{text}"}}]}}]}}
"""


@pytest.mark.parametrize("part", ["a-", "sk-", "a1+", "15014 ", "istiod", "xds://"])
@pytest.mark.parametrize("line", [["analyze", "."], ["upgrade", "--from", "1.19", "--to", "1.32"]])
def test_arguments(line: list[str], part: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = part * (LONG // len(part))
    Path("mesh.yaml").write_text(POD.format(text=text, brackets="[" * LONG))
    assert every_command.run(*line).code in {0, 1}


def test_settings_of_nginx() -> None:
    quotes = '\\"' * LONG
    server = "location / { proxy_pass http://db:80; }\n"
    [found] = proxied_servers(server)
    assert ("db", 80) == (found.host, found.port)
    assert [found] == [*proxied_servers(f'{server}set $a "{quotes}')]


def test_comments_in_an_editor() -> None:
    line = "#" * LONG + " meshctl: ignore[gateway/port]"
    assert RuleWord("gateway/port", len(line) - 13, len(line) - 1) == rule_in_comment(
        line, len(line) - 5
    )


def test_lines_without_text() -> None:
    assert not is_manifest("{" + "\n" * LONG, None)
    assert is_manifest("{" + "\n" * LONG + '  "kind": x', None)


def test_names() -> None:
    assert "_" * LONG + "!" == _UNDERSCORE.sub("", "_" * LONG + "!")
    assert "b" == object_name("-" * LONG + ".b")


@pytest.mark.parametrize("part", ["{{ ", "{{a", "{{ } "])
def test_templates_of_an_application_set(part: str) -> None:
    unknown = application_sets._Unknown()
    text = part * (LONG // len(part))
    assert f"{text}!" == application_sets._written(f"{text}!", {"a": "b"}, unknown, is_go=False)
    made = application_sets._written(f"{text}{{{{ a }}}}", {"a": "b"}, unknown, is_go=False)
    assert f"{text}b" == made


def test_links_are_no_directories_of_a_generator(tmp_path: Path) -> None:
    (tmp_path / "real/.hidden").mkdir(parents=True)
    for name in "abcdefgh":
        (tmp_path / name).symlink_to(".")
    for pattern, found in {
        "*": ["real"],
        "/".join("*" * 30): [],
        "real/*": [],
        "[" * LONG: [],
    }.items():
        assert found == [*application_sets._matching(tmp_path, pattern)]


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


@pytest.mark.parametrize("text", [nested(400), nested(900), nested(60_000), "[" * 60_000])
@pytest.mark.parametrize(
    "name",
    ["sidecar.istio.io/userVolume", "sidecar.istio.io/userVolumeMount", "sidecar.istio.io/status",
     "proxy.istio.io/overrides", "proxy.istio.io/config"],
)  # fmt: skip
def test_texts_that_nest(name: str, text: str, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "annotations": {name: text}},
           "spec": {"containers": [{"name": "c", "image": "x"}]}}  # fmt: skip
    Path("p.json").write_text(json.dumps(pod))
    Path("v.json").write_text(text)
    for line in (["kube-inject"], ["analyze"], ["kube-inject", "--values", "v.json"]):
        done = every_command.run(*line, "p.json")
        assert done.code in {0, 1, 2}
        assert "defect" not in done.err
