"""How fast is meshctl? Prints one table of ratios; asserts nothing.

    python bench/run.py [--large]

Every figure is the least of several runs, taken in turns with what it is compared to, so that a
busy machine slows both. ``--large`` adds 100,000 resources (minutes).
"""

import functools
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import injection
import live_cluster
import live_proxies
import pictures
from generate import write
from peak import peak

PYTHON = sys.executable
# As an installed program runs: compiled modules are kept, and output is written in blocks.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
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
BROKEN_EVERY = 50
"""Of so many applications one is broken in the mesh with defects."""


def cpu(*command: str) -> float:
    """Seconds of CPU that a command and its children take, which a busy machine hardly changes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    timed(*command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def timed(*command: str) -> float:
    """Seconds of wall time for a command."""
    started = time.perf_counter()
    subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        env=ENVIRONMENT,
    )
    return time.perf_counter() - started


def least(rounds: int, *measures: Callable[[], float]) -> list[float]:
    """Take measures in turns; the least of each."""
    taken = [[measure() for measure in measures] for _ in range(rounds)]
    return [min(column) for column in zip(*taken, strict=True)]


def analyze(path: Path) -> Callable[[], float]:
    return lambda: timed(PYTHON, "-m", "meshctl", "analyze", str(path), "-o", "json")


def row(what: str, figure: str, budget: str) -> None:
    print(f"| {what:<58} | {figure:>22} | {budget:>9} |")


def main() -> None:
    large = "--large" in sys.argv
    row("what", "measured", "budget")
    row("-" * 58, "-" * 22, "-" * 9)
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        start_up(root)
        ten = root / "10k"
        write(10_000, ten)
        parse = lambda: timed(PYTHON, "-c", PARSE, str(ten))  # noqa: E731
        csafe, full = least(3, parse, analyze(ten))
        row("CSafeLoader alone, 10,000 resources", f"{csafe:.2f} s", "1")
        row("analyze, 10,000 resources", f"{full:.2f} s = {full / csafe:.2f} x", "1.2 x")
        defects(root, 10_047)
        upgrade(ten)
        parsing, judging = least_verdicts(ten)
        row("parsing 10,000 resources in our loader", f"{parsing:.2f} s", "1")
        row("judging 10,000 resources", f"{judging:.2f} s = {judging / parsing:.2f} x", "1.5 x")
        megabytes, _ = peak(PYTHON, "-m", "meshctl", "analyze", str(ten), "-o", "json")
        row("peak memory, 10,000 resources", f"{megabytes} MB", "400 MB")
        pages(root)
        inject()
        live()
        if large:
            hundred = root / "100k"
            write(100_000, hundred)
            [huge] = least(1, analyze(hundred))
            row("analyze, 100,000 resources", f"{huge:.1f} s = {huge / full:.1f} x", "11 x")
            defects(root, 100_000)


def defects(root: Path, count: int) -> None:
    """Compare the CPU for a mesh with defects with that of parsing, and of istioctl if it is there."""
    path = root / f"defects-{count}"
    write(count, path, broken=BROKEN_EVERY)
    ours = (PYTHON, "-m", "meshctl", "analyze", str(path), "-o", "json")
    commands = [(PYTHON, "-c", PARSE, str(path)), ours]
    if ISTIOCTL is not None:
        commands.append((ISTIOCTL, "analyze", "--use-kube=false", "--recursive", str(path)))
    parse, full, *others = least(2, *(functools.partial(cpu, *command) for command in commands))
    what = f"analyze, {count:,} resources with defects, CPU"
    row(what, f"{full:.2f} s = {full / parse:.2f} x", "")
    if others:
        row("  of the CPU of istioctl analyze", f"{full / others[0]:.2f} x", "0.8 x")
    else:
        row("  of the CPU of istioctl analyze", "istioctl is not on PATH", "0.8 x")


def upgrade(path: Path) -> None:
    """Compare the CPU of a plan over all releases that are known with that of an analysis."""
    ours = (PYTHON, "-m", "meshctl", "upgrade", "--from", "1.20", "--to", "1.31", str(path))
    whole = (PYTHON, "-m", "meshctl", "analyze", str(path), "-o", "json")
    plan, full = least(3, functools.partial(cpu, *ours), functools.partial(cpu, *whole))
    row("upgrade from 1.20 to 1.31, 10,000 resources, CPU", f"{plan:.2f} s", "")
    row("  of the CPU of analyze", f"{plan / full:.2f} x", "1.3 x")


def pages(root: Path) -> None:
    """Measure pictures of 2,000 services, and the page of 3,000 findings."""
    mesh, broken = root / "services.yaml", root / "broken.yaml"
    pictures.write_services(2_000, mesh)
    pictures.write_broken(3_000, broken)
    for form in ("svg", "html"):
        [seconds] = least(
            3, lambda form=form: cpu(PYTHON, "-m", "meshctl", "graph", str(mesh), "-o", form)
        )
        row(f"graph of 2,000 services, -o {form}, CPU", f"{seconds:.2f} s", "2 s")
    [seconds] = least(2, lambda: cpu(PYTHON, "-m", "meshctl", "graph", str(mesh), "--findings"))
    row("  with the findings of 8,700 objects", f"{seconds:.2f} s", "")
    page = subprocess.run(
        [PYTHON, "-m", "meshctl", "analyze", str(broken), "-o", "html", "--fail-on", "never"],
        capture_output=True, check=True, env=ENVIRONMENT,
    ).stdout  # fmt: skip
    row("page of 3,000 findings", f"{len(page) / 1e6:.2f} MB", "5 MB")


def inject() -> None:
    for style, count, seconds in injection.measure(ENVIRONMENT):
        what = f"kube-inject, {count} Deployments, {style}"
        if count == injection.SMALL:
            row(what, f"{seconds * 1000:.0f} ms", "250 ms")
        else:
            row(what, f"{seconds:.1f} s", "4 s")


def live() -> None:
    network, decoding, analysis, resources = live_cluster.measure()
    total = network + decoding + analysis
    row(f"analyze --cluster, {int(resources):,} resources", f"{total:.1f} s", "10 s")
    split = f"{network:.1f} + {decoding:.1f} + {analysis:.1f} s"
    row("  of that network, decoding JSON, analysis", split, "")
    seconds, phases, megabytes = live_proxies.measure()
    row("proxy-status, 10,000 proxies on 5 istiods", f"{seconds:.1f} s", "3 s")
    split = " + ".join(f"{phase:.1f}" for phase in phases)
    row("  of that network, decoding, analysis", f"{split} s", "")
    row("  peak memory", f"{megabytes} MB", "300 MB")


def least_verdicts(path: Path) -> tuple[float, float]:
    """Least seconds of three runs for parsing and for judging what was parsed."""
    runs = [
        subprocess.run([PYTHON, "-c", JUDGE, str(path)], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    figures = [run.stdout.split() for run in runs]
    return min(float(figure[0]) for figure in figures), min(float(figure[1]) for figure in figures)


def start_up(root: Path) -> None:
    small = root / "small.yaml"
    small.write_text(SMALL, encoding="utf-8")
    bare, usage, version, one_file = least(
        15,
        lambda: timed(PYTHON, "-c", "pass"),
        lambda: timed(PYTHON, "-m", "meshctl", "--help"),
        lambda: timed(PYTHON, "-m", "meshctl", "--version"),
        analyze(small),
    )
    row("python alone", f"{bare * 1000:.0f} ms", "")
    row("meshctl --help", f"{usage * 1000:.0f} ms = {usage / bare:.1f} x", "70 ms")
    row("meshctl --version", f"{version * 1000:.0f} ms = {version / bare:.1f} x", "70 ms")
    row(
        "meshctl analyze, one small file",
        f"{one_file * 1000:.0f} ms = {one_file / bare:.1f} x",
        "110 ms",
    )


if __name__ == "__main__":
    main()
