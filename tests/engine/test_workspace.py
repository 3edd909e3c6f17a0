"""An analysis that keeps what the last one left says what a fresh one says."""

import os
import random
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshctl.engine.analyze import analyze
from meshctl.engine.report import LocatedFinding, Report
from meshctl.engine.runner import Outcomes
from meshctl.engine.workspaces import kept_outcomes
from meshctl.engine.workspaces.eager import Eager
from meshctl.engine.workspaces.watched_mesh import Reach, ask_watched
from meshctl.engine.workspaces.workspace import Workspace
from meshctl.errors import InputError
from meshctl.gate.concerned import Ties
from meshctl.mesh import Mesh
from meshctl.resources import Resource
from meshctl.rules.api import Rule
from meshctl.settings import Settings

DOCUMENTS = (
    """\
apiVersion: v1
kind: Service
metadata: {name: bakery, namespace: town, labels: {app: bakery}}
spec:
  selector: {app: bakery}
  ports:
    - {name: http, port: 8080}
    - {name: tcp-oven, port: 9000}
""",
    """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: bakery, namespace: town}
spec:
  selector: {matchLabels: {app: bakery}}
  template:
    metadata: {labels: {app: bakery, version: v1}}
    spec:
      serviceAccountName: baker
      containers:
        - {name: oven, image: oven, ports: [{containerPort: 8080}]}
""",
    """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bakery, namespace: town}
spec:
  hosts: [bakery]
  http:
    - match: [{uri: {prefix: /bread}}]
      route:
        - destination: {host: bakery, subset: v1}
    # meshctl: ignore[virtual-service/destination-host-not-found] it moves next week
    - route:
        - destination: {host: bakery.town.svc.cluster.local, port: {number: 8080}}
""",
    """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: bakery, namespace: town}
spec:
  host: bakery
  subsets:
    - name: v1
      labels: {version: v1}
    - name: v2
      labels: {version: v2}
""",
    """\
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: town, namespace: town}
spec:
  mtls: {mode: STRICT}
""",
    """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: gate, namespace: town}
spec:
  selector: {istio: ingressgateway}
  servers:
    - port: {number: 80, name: http, protocol: HTTP}
      hosts: ["*.example.com"]
""",
    "apiVersion: v1\nkind: Namespace\nmetadata: {name: town, labels: {istio-injection: enabled}}\n",
    """\
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: mill, namespace: village}
spec:
  hosts: [mill.example.com]
  location: MESH_EXTERNAL
  resolution: DNS
  ports:
    - {number: 8080, name: http, protocol: HTTP}
""",
    """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bread, namespace: village}
spec:
  hosts: [bread.example.com]
  gateways: [town/gate]
  http:
    - route: [{destination: {host: bakery.town.svc.cluster.local, subset: v1, port: {number: 8080}}}]
""",
    """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: default, namespace: village}
spec:
  egress:
    - hosts: [town/*, ./mill.example.com]
""",
    """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: bakery, namespace: town}
spec:
  selector: {matchLabels: {app: bakery}}
  rules:
    - from: [{source: {namespaces: [village], principals: [cluster.local/ns/town/sa/baker]}}]
      to: [{operation: {ports: ["8080"], methods: [GET]}}]
""",
    """\
apiVersion: v1
kind: ConfigMap
metadata: {name: istio, namespace: istio-system}
data:
  mesh: |
    rootNamespace: town
    outboundTrafficPolicy: {mode: REGISTRY_ONLY}
""",
    """\
apiVersion: flagger.app/v1beta1
kind: Canary
metadata: {name: bakery, namespace: town}
spec:
  targetRef: {apiVersion: apps/v1, kind: Deployment, name: bakery}
  service: {port: 8080, hosts: [bakery], gateways: [gate]}
""",
    "# nothing but words\n",
    "kind: {broken: [\n",
)
WORDS = (
    "bakery",
    "town",
    "village",
    "mill",
    "v1",
    "8080",
    "STRICT",
    "host",
    "spec:",
    "kind",
    "http",
    "80",
    "name",
)
NEW = ("bakery2", "village", "v9", "9999", "DISABLE", "hosts", "spec", "  ", "é𝄞", "", "|", "~")


def edited(text: str, chance: random.Random) -> str:
    """Do one of the things that people do to a text."""
    lines = text.split("\n")
    at = chance.randrange(len(lines))
    match chance.randrange(7):
        case 0:
            lines.insert(at, chance.choice(("", "# a comment", "  extra: 1", "---")))
        case 1:
            lines.pop(at)
        case 2:
            lines.insert(at, lines[chance.randrange(len(lines))])
        case 3:
            return f"{text}---\n{chance.choice(DOCUMENTS)}"
        case 4:
            return text.replace("\n", "\r\n") if "\r" not in text else text.replace("\r", "")
        case _:
            word = chance.choice(WORDS)
            places = [place for place in range(len(text)) if text.startswith(word, place)]
            if places:
                place = chance.choice(places)
                return text[:place] + chance.choice(NEW) + text[place + len(word) :]
    return "\n".join(lines)


class Folder:
    """Files, some of which are open in an editor."""

    def __init__(self, root: Path, chance: random.Random) -> None:
        self.root = root / "worked-on"
        self.fresh = root / "fresh"
        self.chance = chance
        self.texts: dict[str, str] = {}
        self.open: dict[str, str] = {}
        self.told: list[LocatedFinding] = []
        self.root.mkdir()
        self.workspace = Workspace(["."], Settings(), ties=Ties())
        for name in ("a.yaml", "b/c.yaml", "b/d.yml"):
            some = chance.sample(DOCUMENTS, 5)
            self.save(name, "---\n".join(some))

    def save(self, name: str, text: str) -> None:
        self.texts[name] = text
        file = self.root / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())

    def act(self) -> None:
        """Edit, save, open, close, add or remove a file."""
        name = self.chance.choice([*self.texts, "b/new.yaml"])
        now = self.open.get(name, self.texts.get(name, self.chance.choice(DOCUMENTS)))
        match self.chance.randrange(8):
            case 0:
                self.save(name, edited(now, self.chance))
                self.open.pop(name, None)
                self.workspace.forget_tree()
            case 1 if len(self.texts) > 1 and name in self.texts:
                del self.texts[name]
                self.open.pop(name, None)
                (self.root / name).unlink()
                self.workspace.forget_tree()
            case 2:
                self.open.pop(name, None)
            case _:
                self.open[name] = edited(now, self.chance)

    def kept(self) -> Report:
        os.chdir(self.root)
        real = os.path.realpath(self.root)
        buffers = {f"{real}/{name}": text for name, text in self.open.items()}
        eager = Eager(file=self.chance.choice([*self.texts]), tell=self.told.extend)
        return self.workspace.analyze(buffers, eager).report

    def anew(self) -> Report:
        shutil.rmtree(self.fresh, ignore_errors=True)
        for name, text in {**self.texts, **self.open}.items():
            file = self.fresh / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        os.chdir(self.fresh)
        return analyze(["."], Settings())


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 10**9))
def test_kept_reports_are_those_of_fresh_analyses(
    seed: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        root = tmp_path_factory.mktemp("folder")
        patch.chdir(root)
        folder = Folder(root, random.Random(seed))
        for _ in range(12):
            assert folder.kept() == folder.anew()
            folder.act()


def test_documents_that_stay_are_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("---\n".join(DOCUMENTS[:4]))
    workspace = Workspace([str(tmp_path)], Settings())
    before = workspace.analyze({}).mesh.resources
    text = file.read_text().replace("v2", "v3")
    after = workspace.analyze({os.path.realpath(file): text}).mesh.resources
    assert [old is new for old, new in zip(before, after, strict=True)] == [True] * 3 + [False]


def asked(monkeypatch: pytest.MonkeyPatch) -> list[Resource]:
    """Collect the objects that rules are asked about from now on."""
    found: list[Resource] = []

    def ask(
        rule: Rule, about: Iterable[tuple[Resource, Reach]], mesh: Mesh, parts: set[str]
    ) -> Iterator[tuple[Resource, Outcomes | None, Reach]]:
        several = [*about]
        found.extend(resource for resource, _ in several)
        yield from ask_watched(rule, several, mesh, parts)

    monkeypatch.setattr(kept_outcomes, "ask_watched", ask)
    return found


@pytest.mark.parametrize(
    "edit",
    [
        lambda text: f"# one more line\n{text}",
        lambda text: text.replace("spec:\n", "spec:  # of it\n"),
        lambda text: text.replace("host: bakery", "host:   bakery"),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: f"{text}---\n# nothing but words\n",
    ],
)
def test_an_edit_that_says_nothing_else_asks_nothing(
    edit: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"---\n{DOCUMENTS[3]}---\n{DOCUMENTS[2].replace('v1', 'v7')}")
    workspace = Workspace([str(tmp_path)], Settings(whole_mesh=True))
    before = workspace.analyze({})
    about = asked(monkeypatch)
    text = edit(file.read_text())
    after = workspace.analyze({os.path.realpath(file): text})
    assert about == []
    assert after.mesh.resources == before.mesh.resources
    file.write_bytes(text.encode())
    assert after.report == analyze([str(tmp_path)], Settings(whole_mesh=True))
    assert after.report.findings


def test_an_edit_asks_about_what_it_concerns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of(name: str) -> str:
        return "---\n".join(DOCUMENTS[place].replace("town", name) for place in range(4))

    for name in ("town", "hamlet"):
        (tmp_path / f"{name}.yaml").write_text(of(name))
    workspace = Workspace([str(tmp_path)], Settings(whole_mesh=True), ties=Ties())
    workspace.analyze({})
    about = asked(monkeypatch)
    text = of("town").replace("subset: v1", "subset: v3")
    report = workspace.analyze({os.path.realpath(tmp_path / "town.yaml"): text}).report
    assert {one.namespace for one in about} == {"town"}
    assert "virtual-service/destination-subset-not-found" in {one.rule for one in report.findings}
    assert workspace.forget_answers()
    about.clear()
    assert workspace.analyze({os.path.realpath(tmp_path / "town.yaml"): text}).report == report
    assert {one.namespace for one in about} == {"town", "hamlet"}
    assert not workspace.forget_answers()


class BrokenTies:
    """Ties with a bug."""

    def keep(self, resources: Collection[Resource]) -> None:
        """Nothing is kept."""

    def concerned(self, mesh: Mesh, changed: Collection[Resource]) -> None:
        raise KeyError(mesh, changed)


def test_a_bug_in_ties_has_everything_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MESHCTL_DEBUG", "")
    file = tmp_path / "a.yaml"
    file.write_text(DOCUMENTS[3])
    workspace = Workspace([str(tmp_path)], Settings(whole_mesh=True), ties=BrokenTies())
    workspace.analyze({})
    file.write_text(DOCUMENTS[3].replace("host: bakery", "host: mill"))
    for _ in range(2):
        report = workspace.analyze({}).report
        assert report == analyze([str(tmp_path)], Settings(whole_mesh=True))


def test_lines_that_move_move_the_findings(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(f"---\n{DOCUMENTS[3]}---\n{DOCUMENTS[2].replace('v1', 'v7')}")
    workspace = Workspace([str(tmp_path)], Settings(whole_mesh=True))
    before = [found.location.line for found in workspace.analyze({}).report.findings]
    text = "# one more line\n" + file.read_text()
    report = workspace.analyze({os.path.realpath(file): text}).report
    assert before
    assert [found.location.line for found in report.findings] == [line + 1 for line in before]


def test_texts_that_nobody_saved_are_read_where_their_directory_is(tmp_path: Path) -> None:
    (tmp_path / ".meshctlignore").write_text("secret.yaml\n")
    buffers = {
        os.path.realpath(tmp_path / name): DOCUMENTS[0] for name in ("new.yaml", "secret.yaml")
    }
    report = Workspace([str(tmp_path)], Settings()).analyze(buffers).report
    assert report.summary.resources == 1


def test_an_analysis_can_be_ended(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(DOCUMENTS[0])
    workspace = Workspace([str(tmp_path)], Settings())

    def stop() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError):
        workspace.analyze({}, Eager(go_on=stop))
    assert workspace.analyze({}).report == analyze([str(tmp_path)], Settings())


def test_the_findings_of_one_file_are_told_first(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(DOCUMENTS[0].replace("port: 8080", "port: 81"))
    (tmp_path / "b.yaml").write_text(DOCUMENTS[2])
    told: list[LocatedFinding] = []
    eager = Eager(file=f"{tmp_path}/b.yaml", tell=told.extend)
    report = Workspace([str(tmp_path)], Settings(whole_mesh=True)).analyze({}, eager).report
    assert told
    own = [one for one in report.findings if one.location.file == eager.file]
    assert told == [one for one in own if one.resource.kind]  # what is wrong with texts comes apart


def test_a_directory_that_is_gone_is_an_error_of_the_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Workspace([str(tmp_path / "gone")], Settings()).analyze({})


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl renders kustomizations")
def test_kustomizations_are_rendered_again_when_a_file_of_theirs_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kustomization.yaml").write_text("namespace: town\nresources: [a.yaml]\n")
    file = tmp_path / "a.yaml"
    file.write_text(DOCUMENTS[3])
    workspace = Workspace([str(tmp_path)], Settings(whole_mesh=True))
    first = workspace.analyze({})
    os.utime(file, (1, 1))  # long ago, so that its time tells that it is the same
    os.utime(tmp_path / "kustomization.yaml", (1, 1))
    workspace.analyze({})
    started: list[object] = []
    monkeypatch.setattr(subprocess, "Popen", lambda *command, **_: started.append(command))
    assert workspace.analyze({}).report == first.report
    assert started == []
    monkeypatch.undo()
    file.write_text(DOCUMENTS[3].replace("host: bakery", "host: mill"))
    assert workspace.analyze({}).report == analyze([str(tmp_path)], Settings(whole_mesh=True))
