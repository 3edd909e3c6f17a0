"""What a command imports decides how fast it starts."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from meshctl.cli.command_table import COMMANDS, Table
from meshctl.lazy_pattern import lazy_pattern

HEAVY = {
    "pydantic",
    "jsonschema",
    "httpx",
    "httpcore",
    "wsproto",
    "kubernetes",
    "rich",
    "cryptography",
    "asyncio",
    "multiprocessing",
}
SMALL = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"


def imported(tmp_path: Path, *arguments: str) -> set[str]:
    """Top-level modules in sys.modules when the command ends."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=open('modules', 'w')))\n"
        f"sys.argv = ['meshctl', *{arguments!r}]\n"
        "from meshctl.cli.start import main\n"
        "main()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    names = (tmp_path / "modules").read_text().split()
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("analyze", "small.yaml")], ids=lambda a: a[0]
)
def test_light_commands_import_nothing_heavy(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    assert imported(tmp_path, *arguments) & HEAVY == set()


def test_version_and_help_read_no_yaml(tmp_path: Path) -> None:
    assert "yaml" not in imported(tmp_path, "--version") | imported(tmp_path, "--help")


CEILINGS = {
    "analyze": 160, "validate": 159, "routes": 199, "tls_check": 196, "describe": 266,
    "check_inject": 176, "kube_inject": 185, "proxy_status": 61, "version": 48, "rule": 49,
    "schema": 69, "completion": 4, "trace": 247, "test": 243, "diff": 270, "diagnose": 256, "size": 249,
    "webhook": 4, "webhook.serve": 24, "webhook.test": 155, "webhook.manifests": 34, "webhook.cel": 30,
    "generate": 4, "generate.service": 78, "generate.chart": 78,
    "browser.graph": 229, "browser.dashboard": 26, "migrate": 291,
    "generate.sidecar": 262, "generate.authorization": 203,
    "upgrade": 197,
    "editor.lsp": 7,
}  # fmt: skip
"""How many modules of ours a command may import before it does anything."""
LIVE = ("proxy_status", "version")


def own_modules(command: str) -> list[str]:
    code = f"import sys\nimport meshctl.cli.commands.{command}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("command", sorted(CEILINGS))
def test_a_command_imports_little(command: str) -> None:
    found = own_modules(command)
    ours = [name for name in found if name.startswith("meshctl")]
    assert len(ours) <= CEILINGS[command], len(ours)
    assert HEAVY & set(found) <= {"asyncio", "multiprocessing"}


def test_every_command_has_a_ceiling() -> None:
    home = "meshctl.cli.commands."
    assert {one.removeprefix(home) for one in every_command(COMMANDS)} == set(CEILINGS)


def every_command(table: Table) -> Iterator[str]:
    """Walk the modules of commands, those of groups too."""
    for module, _ in table.values():
        yield module
        yield from every_command(getattr(import_module(module), "COMMANDS", {}))


@pytest.mark.parametrize("command", LIVE)
def test_what_asks_istiod_reads_no_resource_and_no_yaml(command: str) -> None:
    found = own_modules(command)
    read = [
        name for name in found if name.startswith(("meshctl.resources", "meshctl.mesh", "yaml"))
    ]
    assert [] == read


def imported_by_analyzing(tmp_path: Path, text: str) -> set[str]:
    """Every module that is imported when an analysis of one file has ended."""
    (tmp_path / "small.yaml").write_text(text)
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print(*sys.modules, file=open('modules', 'w')))\n"
        "sys.argv = ['meshctl', 'analyze', 'small.yaml']\n"
        "from meshctl.cli.start import main\n"
        "main()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    return set((tmp_path / "modules").read_text().split())


VIRTUAL_SERVICE = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
  namespace: store
spec:
  hosts: [shop]
  http:
    - route:
        - destination: {host: shop}
"""


def test_an_analysis_imports_what_its_input_needs(tmp_path: Path) -> None:
    found = imported_by_analyzing(tmp_path, VIRTUAL_SERVICE)
    family = {name for name in found if name.startswith("meshctl.rules.virtual_service.")}
    assert {"meshctl.rules.virtual_service.destination_host_not_found"} == family
    ours = [name for name in found if name.startswith("meshctl")]
    assert len(ours) <= 257
    assert not {"meshctl.mesh.ambient", "meshctl.mesh.security", "tempfile"} & found


def test_patterns_are_compiled_when_they_are_asked() -> None:
    pattern = lazy_pattern(r"(?P<word>[a-z]+)\d", re.IGNORECASE)
    found = pattern.fullmatch("Ab1")
    assert found is not None
    assert found["word"] == "Ab"
    assert pattern.groups == 1
    with pytest.raises(re.error):
        lazy_pattern("(").match("")


def test_the_collector_is_off_until_something_watches(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    code = (
        "import atexit, gc, sys\n"
        "atexit.register(lambda: open('state', 'w').write(f'{gc.isenabled()} {gc.get_freeze_count() > 0}'))\n"
        "sys.argv = ['meshctl', 'analyze', 'small.yaml']\n"
        "from meshctl.cli.start import main\n"
        "main()\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=False)
    assert (tmp_path / "state").read_text() == "False True"
