"""Analyses the same paths again and again, as their files and the texts in editors change."""

from collections.abc import Iterable, Mapping, Sequence

from meshctl.engine.analyze import Answer, answer_on, check_settings, collector_off
from meshctl.engine.report import LocatedFinding
from meshctl.engine.workspaces.eager import NOBODY_WAITS, Eager
from meshctl.engine.workspaces.kept_objects import KeptObjects
from meshctl.engine.workspaces.kept_outcomes import Ties
from meshctl.settings import Settings
from meshctl.sources.kept_files import KeptFiles
from meshctl.validation.schemas import Schema


class Workspace:
    """Some paths with their settings; each analysis keeps what the last one left.

    With ``ties`` rules are asked again of those objects alone that an edit concerns.
    """

    def __init__(
        self, paths: Sequence[str], settings: Settings, schemas: Iterable[Schema] = (),
        ties: Ties | None = None,
    ) -> None:  # fmt: skip
        check_settings(settings)
        self._paths = paths
        self._settings = settings
        self._files = KeptFiles()
        self._objects = KeptObjects(settings, schemas, ties)

    def forget_tree(self) -> None:
        """Look for files anew: some may have come or gone."""
        self._files.forget_tree()

    def forget_answers(self) -> bool:
        """Ask every rule anew the next time; says whether answers were taken over since the last."""
        return self._objects.outcomes.forget()

    def names(self) -> dict[str, str]:
        """Give the names that the files of the last analysis have in reports, by their real path."""
        return self._files.names()

    def analyze(self, buffers: Mapping[str, str], eager: Eager = NOBODY_WAITS) -> Answer:
        """Report what ``analyze`` reports of the same texts; ``buffers`` win over files.

        Somebody ``eager`` is told of one file first, and may end the analysis. Raises InputError
        and ConfigError as ``analyze`` does.
        """
        with collector_off():
            loaded = self._files.load(self._paths, self._settings.rendering, buffers)
            answer = answer_on(loaded, self._settings, self._objects, eager=eager)
            self._objects.forget_the_rest()
        return answer


_ASK_OTHER_OBJECTS = ("document/duplicate-object", "document/ignore-unused")
"""Rules for documents whose answer depends on more than one file."""


class OneFile:
    """Says of the text of one file by itself what needs no mesh: its YAML and its schemas."""

    def __init__(self, settings: Settings, schemas: Iterable[Schema] = ()) -> None:
        ignored = (*settings.ignore, *_ASK_OTHER_OBJECTS)
        self._settings = settings._replace(select=("document", "schema"), ignore=ignored)
        self._files = KeptFiles()
        self._objects = KeptObjects(settings, schemas)
        self._last: tuple[str, str, list[LocatedFinding]] | None = None

    def findings(self, file: str, text: str) -> list[LocatedFinding]:
        """List what is wrong with a text, in order."""
        if self._last is None or self._last[:2] != (file, text):
            self._last = file, text, self._ask(file, text)
        return self._last[2]

    def _ask(self, file: str, text: str) -> list[LocatedFinding]:
        with collector_off():
            loaded = self._files.load_text(file, text)
            answer = answer_on(loaded, self._settings, self._objects, eager=NOBODY_WAITS)
            self._objects.forget_the_rest()
        return [found for found in answer.report.findings if self.says(found)]

    def says(self, found: LocatedFinding) -> bool:
        """Is a finding one of those that this gives?"""
        return (
            found.rule.partition("/")[0] in self._settings.select
            and found.rule not in _ASK_OTHER_OBJECTS
        )
