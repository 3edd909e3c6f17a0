"""How fast is meshctl? Prints one table of ratios; asserts nothing.

    python bench/run.py [--large | --quick]

Every figure is the least of several runs, taken in turns with what it is compared to, so that a
busy machine slows both. ``--large`` adds 100,000 resources (minutes); ``--quick`` takes a hundredth
of each size once, which measures little and shows that everything runs.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import injection
import live_cluster
import live_proxies
import pictures
from cost import ENVIRONMENT, cost, least
from generate import write

PYTHON = sys.executable
PARSE = (
    "import sys, yaml, pathlib\n"
    "for file in sorted(pathlib.Path(sys.argv[1]).glob('*.yaml')):\n"
    "    list(yaml.load_all(file.read_text(), yaml.CSafeLoader))\n"
)
JUDGE = (
    "import gc, sys, time\n"
    "from meshctl.engine.objects import unwrap\n"
    "from meshctl.sources.loader import load\n"
    "from meshctl.validation.schemas import Schemas\n"
    "from meshctl.validation.verdict import Judge\n"
    "gc.disable()\n"
    "started = time.perf_counter()\n"
    "resources = list(unwrap(load([sys.argv[1]]).documents, 'default'))\n"
    "parsed = time.perf_counter()\n"
    "verdicts = [judge(resource) for judge in [Judge(Schemas())] for resource in resources]\n"
    "print(parsed - started, time.perf_counter() - parsed, all(v.is_accepted for v in verdicts))\n"
)
SMALL = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: shop
spec:
  hosts: [shop]
  http:
    - route:
        - destination: {host: shop}
"""


ISTIOCTL = shutil.which("istioctl")
COMPILED = next(Path(__file__).parents[1].glob("build/compiled/wheel/*"), None)
"""What ``make compiled`` made, if it ran."""
BROKEN_EVERY = 50
"""Of so many applications one is broken in the mesh with defects."""


class Effort(NamedTuple):
    """How much is measured: the part of each size, and how many rounds at most."""

    part: float = 1.0
    most: int = 15

    def size(self, count: int) -> int:
        """Give the part of a size that is measured."""
        return max(int(count * self.part), 1)

    def least(self, rounds: int, *measures: Callable[[], float]) -> list[float]:
        """Give the least of each measure, of no more rounds than wanted."""
        return least(min(rounds, self.most), *measures)


def cpu(*command: str) -> Callable[[], float]:
    """Measure seconds of CPU, which a busy machine hardly changes."""
    return lambda: cost(*command).cpu


def timed(*command: str) -> Callable[[], float]:
    return lambda: cost(*command).seconds


def meshctl(*arguments: str | Path) -> list[str]:
    return [PYTHON, "-m", "meshctl", *map(str, arguments)]


def row(what: str, figure: str, budget: str) -> None:
    print(f"| {what:<58} | {figure:>22} | {budget:>9} |")


def main() -> None:
    large = "--large" in sys.argv
    effort = Effort(0.01, 1) if "--quick" in sys.argv else Effort()
    row("what", "measured", "budget")
    row("-" * 58, "-" * 22, "-" * 9)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        start_up(root, effort)
        count = effort.size(10_000)
        ten = root / "10k"
        write(count, ten)
        full = analysis(ten, count, effort)
        defects(root, effort.size(10_047), effort)
        upgrade(ten, effort)
        verdicts(ten, effort)
        megabytes = cost(*meshctl("analyze", ten, "-o", "json")).megabytes
        row(f"peak memory, {count:,} resources", f"{megabytes} MB", "400 MB")
        pages(root, effort)
        inject(effort)
        live(effort)
        if large:
            hundred = root / "100k"
            write(100_000, hundred)
            [huge] = least(1, timed(*meshctl("analyze", hundred, "-o", "json")))
            row("analyze, 100,000 resources", f"{huge:.1f} s = {huge / full:.1f} x", "11 x")
            defects(root, 100_000, effort)


def analysis(path: Path, count: int, effort: Effort) -> float:
    """Compare an analysis with parsing alone; gives its seconds."""
    parse, full = effort.least(
        3,
        timed(PYTHON, "-c", PARSE, str(path)),
        timed(*meshctl("analyze", path, "-o", "json")),
    )
    row(f"CSafeLoader alone, {count:,} resources", f"{parse:.2f} s", "1")
    row(f"analyze, {count:,} resources", f"{full:.2f} s = {full / parse:.2f} x", "1.2 x")
    return full


def defects(root: Path, count: int, effort: Effort) -> None:
    """Compare the CPU for a mesh with defects with that of parsing, and of istioctl if it is there."""
    path = root / f"defects-{count}"
    write(count, path, broken=BROKEN_EVERY)
    commands = [
        cpu(PYTHON, "-c", PARSE, str(path)),
        cpu(*meshctl("analyze", path, "-o", "json")),
    ]
    if COMPILED is not None:
        code = f"import sys; sys.path.insert(0, {str(COMPILED)!r}); from meshctl.cli.start import main; main()"
        commands.append(cpu(PYTHON, "-P", "-c", code, "analyze", str(path), "-o", "json"))
    if ISTIOCTL is not None:
        # Newer ones refuse --recursive, which the files of one directory don't need.
        istioctl = (ISTIOCTL, "analyze", "--use-kube=false", str(path))
        commands.append(lambda: cost(*istioctl, found=79).cpu)
    parse, *fulls = effort.least(2, *commands)
    theirs = fulls.pop() if ISTIOCTL is not None else None
    for full, how in zip(fulls, ("", ", compiled"), strict=False):
        what = f"analyze, {count:,} resources with defects, CPU{how}"
        row(what, f"{full:.2f} s = {full / parse:.2f} x", "")
        ratio = "istioctl is not on PATH" if theirs is None else f"{full / theirs:.2f} x"
        row("  of the CPU of istioctl analyze", ratio, "0.8 x")


def upgrade(path: Path, effort: Effort) -> None:
    """Compare the CPU of a plan over all releases that are known with that of an analysis."""
    plan, full = effort.least(
        3,
        cpu(*meshctl("upgrade", "--from", "1.20", "--to", "1.31", path)),
        cpu(*meshctl("analyze", path, "-o", "json")),
    )
    row("upgrade from 1.20 to 1.31, the same resources, CPU", f"{plan:.2f} s", "")
    row("  of the CPU of analyze", f"{plan / full:.2f} x", "1.3 x")


def pages(root: Path, effort: Effort) -> None:
    """Measure pictures of services, and the page of findings."""
    mesh, broken = root / "services.yaml", root / "broken.yaml"
    services, findings = effort.size(2_000), effort.size(3_000)
    pictures.write_services(services, mesh)
    pictures.write_broken(findings, broken)
    for form in ("svg", "html"):
        [seconds] = effort.least(3, cpu(*meshctl("graph", mesh, "-o", form)))
        row(f"graph of {services:,} services, -o {form}, CPU", f"{seconds:.2f} s", "2 s")
    [seconds] = effort.least(2, cpu(*meshctl("graph", mesh, "--findings")))
    row("  with their findings", f"{seconds:.2f} s", "")
    page = subprocess.run(
        meshctl("analyze", broken, "-o", "html", "--fail-on", "never"),
        capture_output=True, check=True, env=ENVIRONMENT,
    ).stdout  # fmt: skip
    row(f"page of {findings:,} findings", f"{len(page) / 1e6:.2f} MB", "5 MB")


def inject(effort: Effort) -> None:
    for style, count, seconds in injection.measure(effort.size(512), min(effort.most, 3)):
        what = f"kube-inject, {count} Deployments, {style}"
        if count == injection.SMALL:
            row(what, f"{seconds * 1000:.0f} ms", "250 ms")
        else:
            row(what, f"{seconds:.1f} s", "4 s")


def live(effort: Effort) -> None:
    count, rounds = effort.size(10_000), min(effort.most, 3)
    network, decoding, judging, resources = live_cluster.measure(count, rounds)
    total = network + decoding + judging
    row(f"analyze --cluster, {int(resources):,} resources", f"{total:.1f} s", "10 s")
    split = f"{network:.1f} + {decoding:.1f} + {judging:.1f} s"
    row("  of that network, decoding JSON, analysis", split, "")
    seconds, phases, megabytes = live_proxies.measure(count, rounds)
    row(f"proxy-status, {count:,} proxies on 5 istiods", f"{seconds:.1f} s", "3 s")
    split = " + ".join(f"{phase:.1f}" for phase in phases)
    row("  of that network, decoding, analysis", f"{split} s", "")
    row("  peak memory", f"{megabytes} MB", "300 MB")


def verdicts(path: Path, effort: Effort) -> None:
    """Compare judging resources with parsing them."""
    runs = [
        subprocess.run(
            [PYTHON, "-c", JUDGE, str(path)],
            capture_output=True, text=True, check=True, env=ENVIRONMENT,
        )
        for _ in range(min(effort.most, 3))
    ]  # fmt: skip
    figures = [run.stdout.split() for run in runs]
    parsing, judging = (min(float(figure[place]) for figure in figures) for place in (0, 1))
    row("parsing these resources in our loader", f"{parsing:.2f} s", "1")
    row("judging them", f"{judging:.2f} s = {judging / parsing:.2f} x", "1.5 x")


def start_up(root: Path, effort: Effort) -> None:
    """Compare starts with those of Python with the packages that no command can do without."""
    small = root / "small.yaml"
    small.write_text(SMALL, encoding="utf-8")
    bare, packages, usage, version, one_file = effort.least(
        15,
        cpu(PYTHON, "-c", "pass"),
        cpu(PYTHON, "-c", "import typer, yaml"),
        cpu(*meshctl("--help")),
        cpu(*meshctl("--version")),
        cpu(*meshctl("analyze", small, "-o", "json")),
    )
    row("python alone, CPU", f"{bare * 1000:.0f} ms", "")
    row("python with typer and yaml", f"{packages * 1000:.0f} ms", "1")
    row("meshctl --help", f"{usage * 1000:.0f} ms", "70 ms")
    row("meshctl --version", f"{version * 1000:.0f} ms", "70 ms")
    row(
        "meshctl analyze, one small file",
        f"{one_file * 1000:.0f} ms = {one_file / packages:.2f} x",
        "2 x",
    )


if __name__ == "__main__":
    main()
