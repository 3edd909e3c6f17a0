"""Runs every command on mutated inputs, and counts what must not happen.

``python tests/fuzz/mutate.py RUNS [SEED]`` prints a line for each kind of failure: a traceback or a
defect, an exit code beside 0, 1 and 2, more than ten seconds of CPU, its children's too, more than a
gigabyte. What only waits has a bound as well, which a busy machine doesn't reach. The inputs are
the corpus beside this file, the YAML of the rules' tests, the mesh of tests/hostile, and the files of
``side_inputs.py``; ``sessions.py`` are an editor, a webhook and a cluster.
"""

import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "hostile"), str(ROOT)]

import every_command  # noqa: E402
import meshes  # noqa: E402
import sessions  # noqa: E402
import side_inputs  # noqa: E402

from meshctl.errors import MeshctlError  # noqa: E402 - found by the path above

SECONDS = 10
"""Of CPU, for one command; a session has three times as much."""
WAITING = 120
"""Seconds by the clock after which a command that uses no CPU counts as one that hangs."""
GIGABYTE = 1 << 30
CODES: Counter[object] = Counter()
"""How often commands ended with each exit code: a run that only meets 2 proves little."""
WORDS = [
    b"null", b"[]", b"{}", b"-1", b"0", b"99999999999999999999", b"1e999", b".nan", b"''", b"~", b"*a",
    b"&a [*a]", b"<<: *x", b"!!binary x", b"{{ x }}", b"\x00", b"\xff", b"\xef\xbb\xbf", b"---\n",
    b"...\n", b"\r", b"\t", b"? ", b"|+9\n", b"%YAML 1.2\n", b"true", b"*", b"(.*)*x", b"\\u0000",
    "\u2028\U0001f600".encode(), b"a" * 300, b"[" * 200, b"- " * 100, b"items: [x, null]", b"kind: List\n",
]  # fmt: skip


class Failure(NamedTuple):
    """What went wrong, and the command that shows it."""

    kind: str
    line: str


class _TooSlow(BaseException):
    """More than the seconds that a command may take; no command catches it."""


def cpu() -> float:
    """The seconds of CPU that this process and its ended children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def watch(seconds: float) -> None:
    """Stop what goes on after so many seconds of CPU, or many more by the clock; 0 ends the watch."""
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * WAITING / SECONDS)


def mutated(text: bytes, source: random.Random, others: list[bytes]) -> bytes:
    """Change a text in one to six places: bytes, lines, words, parts of other texts."""
    changed = bytearray(text)
    for _ in range(source.randint(1, 6)):
        at = source.randrange(len(changed) + 1)
        end = min(len(changed), at + source.choice([1, 1, 4, 20, 200]))
        other = source.choice(others)
        made = source.choice([
            b"",
            bytes([source.randrange(256)]),
            source.choice(WORDS),
            bytes(changed[at:end]) * source.randint(2, 20),
            source.choice(other.split(b"\n")) + b"\n",
            source.choice(other.split(b": ")),
        ])  # fmt: skip
        changed[at : end if source.random() < 0.5 else at] = made
    return bytes(changed[:200_000])


def corpus(directory: Path) -> Iterator[bytes]:
    """Walk the texts that are mutated."""
    words = {"text": "a.example.com", "name": "named", "secret": "s", "bearer": "b"}
    meshes.write_mesh(directory, **words)
    yield (directory / "mesh.yaml").read_bytes()
    yield from (meshes.MESH.format(**words).encode().split(b"---\n"))
    yield from (text.encode() for text in side_inputs.FILES.values())
    for file in sorted([*ROOT.glob("tests/rules/*/*/bad.yaml"), *HERE.glob("corpus/*")]):
        yield file.read_bytes()


def run_one(line: list[str], home: Path, source: random.Random) -> Iterator[Failure]:
    """Run a command or a session, and say what went wrong."""
    shown = " ".join(line)
    session = sessions.SESSIONS.get(shown)
    started = cpu()
    try:
        watch(SECONDS * 3 if session else SECONDS)
        if session:
            session(home, source)
            CODES[shown] += 1
            return
        done = every_command.run(*line, stdin=(home / "mesh.yaml").read_bytes())
    except _TooSlow:
        yield Failure("hang", shown)
        return
    except BaseException as error:  # noqa: BLE001 - whatever comes out of the program
        if session and isinstance(error, MeshctlError):  # what a command says and ends with
            return
        yield Failure(f"raised {type(error).__name__}: {error}"[:300], shown)
        return
    finally:
        watch(0)
    CODES[done.code] += 1
    if done.code not in {0, 1, 2}:
        yield Failure(f"exit code {done.code}", shown)
    for sign in ("Traceback (most", "defect of meshctl", "internal/rule-crashed"):
        if sign in done.out + done.err:
            place = (done.err + done.out).find(sign)
            yield Failure(f"{sign}: {(done.err + done.out)[max(0, place - 200) : place]}", shown)
    if cpu() - started > SECONDS:
        yield Failure("slow", shown)


def main(runs: int, seed: int) -> int:
    """Run so many mutated inputs, each through one command; 1 where something went wrong."""
    source = random.Random(seed)
    for number in (signal.SIGPROF, signal.SIGALRM):
        signal.signal(number, _stop)
    resource.setrlimit(resource.RLIMIT_AS, (6 * GIGABYTE, 6 * GIGABYTE))
    os.environ |= {"http_proxy": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1"}
    found: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        texts = list(corpus(home))
        side_inputs.write(home)
        _remember(home)
        lines = [line for name in every_command.RECIPES for line in every_command.lines(name)]
        lines += [*side_inputs.lines(), *([name] for name in sessions.SESSIONS)]
        for number in range(runs):
            line = source.choice(lines)
            change(home, line, texts, source)
            with Inside(home):
                for failure in run_one(line, home, source):
                    found[failure.kind] += 1
                    if found[failure.kind] == 1:
                        keep(home, failure, number, seed)
    users = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(who).ru_maxrss for who in users) * 1024
    codes = ", ".join(f"{number} with {code}" for code, number in sorted(CODES.items(), key=str))
    ended = f"{sum(found.values())} failures, peak {peak >> 20} MiB; ended {codes}"
    sys.stdout.write(f"{runs} runs, {ended}\n")
    return int(bool(found) or peak > GIGABYTE)


def change(home: Path, line: list[str], texts: list[bytes], source: random.Random) -> None:
    """Change the files that a command reads: the meshes as often as not, what stands beside them always."""
    shutil.rmtree(home / "out", ignore_errors=True)
    (home / "out").mkdir()
    for file in ("mesh.yaml", "old/mesh.yaml", "tests.yaml"):
        if source.random() < 0.6:
            text = source.choice(texts) if file != "tests.yaml" else meshes.TESTS.encode()
            (home / file).write_bytes(mutated(text, source, texts))
    for file in side_inputs.read_by(line):
        text = side_inputs.FILES[file].encode()
        (home / file).write_bytes(mutated(text, source, texts) if source.random() < 0.8 else text)
    shutil.copy(home / "mesh.yaml", home / "custom" / "mesh.yaml")
    shutil.copy(home / "mesh.yaml", home / "project" / "mesh.yaml")


def _remember(home: Path) -> None:
    """Make a git repository of the directory, for what compares with a revision."""
    git = ["git", "-C", str(home), "-c", "user.name=a", "-c", "user.email=a@example.com"]
    for line in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "as it is"]):
        subprocess.run([*git, *line], check=True, capture_output=True)


class Inside:
    """A working directory for a while."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def __enter__(self) -> None:
        self._before = Path.cwd()
        os.chdir(self._directory)

    def __exit__(self, *_: object) -> None:
        os.chdir(self._before)


def keep(home: Path, failure: Failure, number: int, seed: int) -> None:
    """Say what went wrong, and keep the input of it."""
    kept = Path(tempfile.mkdtemp(prefix=f"mutated-{seed}-{number}-"))
    shutil.copytree(home, kept, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".git"))
    sys.stdout.write(f"{failure.kind}\n  cd {kept}; meshctl {failure.line}\n")
    sys.stdout.flush()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise _TooSlow


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
