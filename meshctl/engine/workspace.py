"""Analyses the same paths again and again, as their files and the texts in editors change."""

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence

from meshctl.engine.analyze import Answer, answer_on, check_settings, collector_off
from meshctl.engine.kept_objects import KeptObjects
from meshctl.settings import Settings
from meshctl.sources.kept_files import KeptFiles
from meshctl.validation.schemas import Schema


class Workspace:
    """Some paths with their settings; each analysis keeps what the last one left."""

    def __init__(
        self, paths: Sequence[str], settings: Settings, schemas: Iterable[Schema] = ()
    ) -> None:
        check_settings(settings)
        self._paths = paths
        self._settings = settings
        self._files = KeptFiles()
        self._objects = KeptObjects(settings, schemas)

    def forget_tree(self) -> None:
        """Look for files anew: some may have come or gone."""
        self._files.forget_tree()

    def analyze(
        self, buffers: Mapping[str, str], go_on: Callable[[], None] = lambda: None
    ) -> Answer:
        """Report what ``analyze`` reports of the same texts; ``buffers`` win over files.

        ``go_on`` is called now and then; what it raises ends the analysis. Raises InputError and
        ConfigError as ``analyze`` does.
        """
        with collector_off():
            loaded = self._files.load(self._paths, self._settings.rendering, buffers)
            answer = answer_on(loaded, self._settings, self._objects, go_on=go_on)
            self._objects.forget_the_rest()
        return answer

    def rest(self) -> None:
        """Free what analyses left behind; a good time is when nobody waits."""
        gc.collect()
