"""What the server was told: on its command line, and by the editor's settings."""

from pathlib import Path
from typing import Any, NamedTuple

from meshctl.config.discover import discover
from meshctl.errors import UsageError
from meshctl.settings import Settings
from meshctl.words import quoted


class Options(NamedTuple):
    """What holds for every folder; the editor's settings win over the command line.

    ``validates_schema`` may be switched off where another server does that.
    """

    config: str | None = None
    default_namespace: str = ""
    whole_mesh: bool | None = None
    render: str = ""
    docs_url: str = ""
    validates_schema: bool = True

    def with_settings(self, given: Any) -> "Options":
        """Lay the settings of an editor over these; UsageError for one of the wrong type."""
        if not isinstance(given, dict):
            return self
        known = {
            "config": _text(given, "config"),
            "default_namespace": _text(given, "defaultNamespace"),
            "whole_mesh": _flag(given, "wholeMesh"),
            "render": _text(given, "render"),
            "docs_url": _text(given, "docsUrl"),
            "validates_schema": _flag(given, "validateSchema"),
        }
        return self._replace(**{name: value for name, value in known.items() if value is not None})  # type: ignore[arg-type]

    def settings_for(self, folder: Path) -> tuple[Settings, Path | None]:
        """Read the config file that holds in a folder, and give its path, too.

        Raises ConfigError as the command line does.
        """
        file = folder / self.config if self.config else discover(folder)
        settings = Settings()
        if file is not None:
            from meshctl.config.file import read_settings  # noqa: PLC0415 - pydantic is slow

            settings = read_settings(file)
        if self.default_namespace:
            home = self.default_namespace
            settings = settings._replace(namespace=home, default_namespace=home)
        if self.whole_mesh is not None:
            settings = settings._replace(whole_mesh=self.whole_mesh)
        if self.render:
            settings = settings._replace(rendering=settings.rendering._replace(mode=self.render))
        if self.docs_url:
            settings = settings._replace(docs_url=self.docs_url)
        if not self.validates_schema:
            settings = settings._replace(ignore=(*settings.ignore, "schema"))
        return settings, file


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is None or isinstance(value, str):
        return value or None
    raise UsageError(f"the setting meshctl.{name} is {quoted(str(value))}, and takes a text")


def _flag(given: dict[str, Any], name: str) -> bool | None:
    value = given.get(name)
    if value is None or isinstance(value, bool):
        return value
    raise UsageError(f"the setting meshctl.{name} is {quoted(str(value))}, and takes true or false")
