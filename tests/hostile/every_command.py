"""Runs every command of the program, in each of its formats, on one directory.

The commands come from the table of the program, and the formats from what it answers to one that
there is not, so that whatever is added is run, too.
"""

import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from functools import cache
from typing import NamedTuple
from unittest.mock import patch

from meshctl.cli.app import main

NO_CLUSTER = frozenset({"proxy-status", "version"})
"""Commands that ask a cluster alone: tests/cluster runs them."""
SERVERS = frozenset({"lsp", "webhook", "dashboard"})
"""Commands that go on until somebody ends them: their own tests ask them."""
WITHOUT_FILES = frozenset({"completion", "rule"})
"""Commands that show nothing but what ships."""
FORMATS = re.compile(r"take one of (.*)")
RECIPES: dict[str, Sequence[Sequence[str]]] = {
    "analyze": [["."], [".", "--whole-mesh", "--all"], [".", "-q"], [".", "--group-by", "namespace"]],
    "validate": [["."]],
    "schema": [[], ["VirtualService"]],
    "routes": [["."], ["reviews.shop.svc.cluster.local", "."]],
    "trace": [["GET", "http://reviews.shop/", "--from", "client.shop", "."]],
    "test": [["tests.yaml", "."]],
    "diff": [["old", "."]],
    "diagnose": [["503 UF", "."]],
    "tls-check": [["."]],
    "describe": [["pod", "client.shop", "."], ["service", "reviews.shop", "."], ["gateway", "edge.shop", "."]],
    "check-inject": [["."], ["client.shop", "."]],
    "kube-inject": [["."], [".", "--diff"], [".", "--check"], [".", "--uninject"]],
    "size": [["."]],
    "upgrade": [["--from", "1.19", "--to", "1.32", ".", "--all"]],
    "migrate": [["."]],
    "graph": [["."], *([".", "--view", view] for view in ("mtls", "authorization", "egress"))],
    "generate": [["service", "-f", "values.yaml"]],
}  # fmt: skip
"""Arguments of each command that lead it through a mesh of the shape of ``MESH``."""


class Done(NamedTuple):
    """What came of a command: its exit code, and what it wrote."""

    code: object
    out: str
    err: str


def run(*arguments: str, stdin: bytes = b"") -> Done:
    """Run the program in this process, as its entry point does."""
    out, err = io.BytesIO(), io.StringIO()
    code: object = 0
    with ExitStack() as stack:
        written = io.TextIOWrapper(out, encoding="utf-8", write_through=True)
        read = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
        stack.enter_context(redirect_stdout(written))
        stack.enter_context(redirect_stderr(err))
        stack.enter_context(patch.object(sys, "stdin", read))
        stack.enter_context(patch.object(sys, "argv", ["meshctl", *arguments]))
        try:
            main()
        except SystemExit as end:
            code = end.code
    return Done(code or 0, out.getvalue().decode(errors="backslashreplace"), err.getvalue())


@cache
def formats(command: str) -> tuple[str, ...]:
    """The formats that a command writes; none where it has no ``-o FORMAT``."""
    if command == "kube-inject":
        return ()  # its -o names a file
    arguments = RECIPES.get(command, [[]])[0]
    found = FORMATS.search(run(command, *arguments, "-o", "no-such-format").err)
    return tuple(found[1].split(", ")) if found else ()


def writes_manifests(line: Sequence[str]) -> bool:
    """Is what it prints to be applied, or to be a patch, so that it has to be exact?"""
    name, *rest = line
    return (
        name == "generate"
        or (name == "kube-inject" and "--check" not in rest)
        or (name == "migrate" and rest[-1] in {"yaml", "diff"})
    )


def lines(command: str) -> Iterator[list[str]]:
    """Walk the command lines that show a mesh in the working directory in every way."""
    for arguments in RECIPES[command]:
        if not formats(command):
            yield [command, *arguments]
        for name in formats(command):
            yield [command, *arguments, "-o", name]
