"""Writes injected manifests, or how istiod would write them otherwise."""

import sys
from itertools import islice
from typing import NamedTuple

from meshctl.errors import UsageError
from meshctl.inject.manifests import STYLES, Injected
from meshctl.inspect.injection.difference import FileDifference
from meshctl.output.files import write_file, write_files
from meshctl.output.stderr import complain
from meshctl.output.stdout import print_exactly
from meshctl.words import quoted
from meshctl.yaml.splitter import joined

_LINES_AT_ONCE = 10_000


class ManifestWriter(NamedTuple):
    """How and where results are written."""

    style: str
    output: str | None
    in_place: bool
    diff: bool

    def check(self, *, has_files: bool) -> None:
        """Refuse what excludes each other."""
        if self.style not in STYLES:
            raise UsageError(
                f"--output-style {quoted(self.style)} is not one of {', '.join(STYLES)}"
            )
        if self.in_place and self.output is not None:
            raise UsageError("-i and -o exclude each other")
        if self.diff and self.output is not None:
            raise UsageError("--diff and -o exclude each other: a diff goes to standard output")
        if self.in_place and not has_files:
            raise UsageError("-i needs files; standard input has no place to write to")

    def write(self, changed: list[Injected]) -> None:
        """Write results, all of them or none."""
        for file in changed:
            for warning in file.warnings:
                complain(warning)
        if self.diff:
            lines = (line for file in changed for line in file.changes())
            while part := "".join(islice(lines, _LINES_AT_ONCE)):
                print_exactly(part)
        elif self.in_place:
            different = [file for file in changed if file.after != file.before]
            write_files(
                {file.name: file.after for file in different},
                {file.name: file.before for file in different},
            )
        elif self.output is not None:
            write_file(self.output, joined(file.after for file in changed))
        else:
            print_exactly(joined(file.after for file in changed))


def write_differences(found: list[FileDifference]) -> None:
    """Write what istiod does otherwise, and on standard error for how many files."""
    for difference in found:
        print_exactly("".join(difference.lines))
        for cause in difference.causes:
            complain(f"{difference.file}: {cause}")
    count = sum(difference.differs for difference in found)
    differ = f"{count} of {len(found)}" if count else "none"
    sys.stderr.write(f"files that istiod would inject otherwise: {differ}\n")
