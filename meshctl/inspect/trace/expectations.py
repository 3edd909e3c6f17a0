"""Reads expectations about requests, and compares them with what happens to each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from meshctl.errors import UsageError
from meshctl.inspect.trace.answer import Trace, TracedDestination
from meshctl.inspect.trace.requests import TracedRequest, request_of
from meshctl.regular_files import read_text
from meshctl.sources.documents import Document
from meshctl.words import quoted
from meshctl.yaml.reader import parse_one


class Expectation(NamedTuple):
    """One request and what is expected of it."""

    name: str
    request: TracedRequest
    expect: Mapping[str, Any]


class ExpectationFile(NamedTuple):
    """A file of tests: the paths of the mesh that it is about, and the tests in order."""

    path: str
    mesh: tuple[str, ...]
    tests: tuple[Expectation, ...]


class ExpectationResult(NamedTuple):
    """What came of one test; without failures it passed."""

    file: str
    test: Expectation
    failures: tuple[str, ...]
    summary: str


def is_test_file(path: str) -> bool:
    """Is it a file of tests, rather than manifests? Told by its first keys."""
    file = Path(path)
    if file.suffix not in {".yaml", ".yml", ".json"} or not file.is_file():
        return False
    try:
        data = parse_one(read_text(file))
    except (ValueError, OSError):
        return False
    return isinstance(data, dict) and "tests" in data and "kind" not in data


def no_tests(paths: Sequence[str]) -> UsageError:
    """Say that no path is a file of tests, and of a missing file that it is missing."""
    lost = [path for path in paths if Path(path).suffix and not Path(path).exists()]
    if lost:
        return UsageError(f"{lost[0]} does not exist; check the path of the file of tests")
    return UsageError("name a file of tests: YAML with 'tests', each with request and expect")


def read_tests(path: str) -> ExpectationFile:
    """Read a file of tests: ``schemas/request-tests.json``.

    UsageError says what is wrong in it, with file, line and column.
    """
    from meshctl.validation.user_forms import read_form  # noqa: PLC0415 - jsonschema is slow

    document = read_form(path, "request-tests.json")
    home = Path(path).parent
    paths = tuple(str(home / one) for one in document.data.get("mesh") or ())
    tests = range(len(document.data["tests"]))
    return ExpectationFile(path, paths, tuple(_test(document, index) for index in tests))


def _test(document: Document, index: int) -> Expectation:
    data = document.data["tests"][index]
    request = request_of(document, ("tests", index, "request"))
    return Expectation(str(data.get("name") or request.title), request, data["expect"])


def check(file: str, test: Expectation, trace: Trace) -> ExpectationResult:
    """Compare what happens to a request with what is expected of it."""
    failures = tuple(
        text for key, value in test.expect.items() for text in _CHECKS[key](value, trace)
    )
    return ExpectationResult(file, test, failures, trace.summary)


def _plain(key: str) -> Callable[[Any, Trace], Iterator[str]]:
    def compare(value: Any, trace: Trace) -> Iterator[str]:
        found = getattr(trace, key)
        if found != value:
            met = f"none: {trace.summary}" if found is None else _written(found)
            yield f"expected {key} {_written(value)}, found {met}"

    return compare


def _written(value: Any) -> str:
    """Write a value as a file of tests does, not as Python would."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else quoted(value)


def _to(value: Any, trace: Trace) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        wanted = one if isinstance(one, dict) else {"host": one}
        if not any(_is_there(wanted, found) for found in trace.destinations):
            asked = ", ".join(f"{key} {_written(each)}" for key, each in wanted.items())
            names = ", ".join(
                dict.fromkeys(_name(destination) for destination in trace.destinations)
            )
            yield f"expected it to go to {asked}, found {names or 'nowhere'}"


def _name(found: TracedDestination) -> str:
    """Name a destination with all that can be expected of it."""
    subset = f" subset {found.subset}" if found.subset else ""
    weight = "" if found.weight is None else f" with weight {found.weight}"
    return f"{found.host}:{found.port}{subset}{weight}"


def _is_there(wanted: Mapping[str, Any], found: Any) -> bool:
    host = wanted.get("host")
    right_host = host is None or found.host == host or found.host.startswith(f"{host}.")
    others = ("subset", "port", "weight")
    return right_host and all(
        key not in wanted or getattr(found, key) == wanted[key] for key in others
    )


def _denied(value: Any, trace: Trace) -> Iterator[str]:
    if (trace.outcome == "denied") is not bool(value):
        yield f"expected it {'' if value else 'not '}to be denied, found {trace.outcome}"


def _denied_by(value: Any, trace: Trace) -> Iterator[str]:
    policy = trace.authorization.policy if trace.authorization is not None else None
    if trace.outcome != "denied" or policy != value:
        by = "" if policy is None else f" by {policy}"
        yield f"expected it to be denied by {value}, found {trace.outcome}{by}"


def _by(value: Any, trace: Trace) -> Iterator[str]:
    """Look for the object among all that decided, as ``NAMESPACE/NAME`` or ``KIND NAMESPACE/NAME``."""
    names = {one.resource.title for hop in trace.hops for one in hop.decided_by}
    if not any(value in {name, name.partition(" ")[2]} for name in names):
        yield f"expected {value} to decide, found {', '.join(sorted(names)) or 'nothing'}"


def _arrives(value: Any, trace: Trace) -> Iterator[str]:
    if trace.can_arrive is not bool(value):
        yield f"expected it {'' if value else 'not '}to arrive, found: {trace.summary}"


_CHECKS: Mapping[str, Callable[[Any, Trace], Iterator[str]]] = {
    **{key: _plain(key) for key in ("outcome", "redirect", "tls", "path", "status")},
    "to": _to,
    "denied": _denied,
    "denied_by": _denied_by,
    "by": _by,
    "arrives": _arrives,
}


def passed(results: Sequence[ExpectationResult]) -> bool:
    """Did all tests pass?"""
    return not any(result.failures for result in results)
