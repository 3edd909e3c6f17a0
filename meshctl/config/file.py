"""Reads and checks a config file; the only place that knows pydantic.

``python -m meshctl.config.file`` prints the JSON Schema that ``schemas/meshctl-config.json`` is.
"""

import json
import os
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError  # noqa: TID253 - its home

from meshctl.errors import ConfigError, UsageError
from meshctl.regular_files import read_text
from meshctl.settings import (
    ChartRelease,
    ClusterSource,
    IgnoreEntry,
    Ownership,
    Rendering,
    Settings,
    Team,
)
from meshctl.spelling import only_close
from meshctl.words import amount, quoted

_RULES = "Rule ids, families, globs, or IST and KIA codes."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class IgnoreItem(_Strict):
    """Findings that somebody decided to live with."""

    rules: Annotated[list[str], Field(min_length=1, description=_RULES)]
    paths: Annotated[
        list[str], Field(description="Files, in gitignore syntax, relative to this file.")
    ] = []
    namespaces: Annotated[
        list[str], Field(description="Namespaces of the objects; empty for all.")
    ] = []
    reason: Annotated[str, Field(min_length=1, description="Why; people will ask.")]
    expires: Annotated[date | None, Field(description="The last day it holds, as YYYY-MM-DD.")] = (
        None
    )


class TeamItem(_Strict):
    """A team: what it writes, and what that may touch."""

    name: Annotated[str, Field(min_length=1, description="How findings name the team.")]
    namespaces: Annotated[
        list[str], Field(description="Its namespaces; * stands for any part of a name.")
    ] = []
    directories: Annotated[
        list[str],
        Field(description="Directories with its manifests, relative to this file."),
    ] = []
    hosts: Annotated[
        list[str] | None,
        Field(
            description="Hosts it may route, such as shop.example.com or *.shop.example.com, "
            "besides the Services of its namespaces. Without this key any host."
        ),
    ] = None
    gateways: Annotated[
        list[str] | None,
        Field(
            description="Gateways, or the workloads that run them, it may use, as namespace/name "
            "with *, besides those of its namespaces. Without this key any gateway."
        ),
    ] = None


class OwnershipSection(_Strict):
    """Who owns what: with it, objects of a team that reach beyond the team are found."""

    platform: Annotated[
        list[str], Field(description="Namespaces of the platform; * stands for any part.")
    ] = []
    teams: Annotated[list[TeamItem], Field(description="The teams.")] = []


class RenderItem(_Strict):
    """A release of a Helm chart, rendered with the user's own helm."""

    chart: Annotated[str, Field(min_length=1, description="Its directory, relative to this file.")]
    name: Annotated[str, Field(description="The name of the release.")] = ""
    namespace: Annotated[str, Field(description="The namespace it is installed in.")] = ""
    values: Annotated[
        list[str], Field(description="Files of values, relative to this file; the last wins.")
    ] = []
    sets: Annotated[
        dict[str, str], Field(alias="set", description="Values by their name, as in helm --set.")
    ] = {}


class ClusterItem(_Strict):
    """A cluster of a mesh of several."""

    name: Annotated[str, Field(min_length=1, description="How findings name the cluster.")]
    paths: Annotated[
        list[str],
        Field(description="Files and directories that are applied in it, relative to this file."),
    ] = []
    context: Annotated[
        str, Field(description="The context of the kubeconfig that --cluster reads it by.")
    ] = ""


class ConfigFile(_Strict):
    """Settings of meshctl for the directory of this file and everything below it."""

    namespace: Annotated[
        str | None, Field(min_length=1, description="Namespace of objects that name none.")
    ] = None
    select: Annotated[list[str], Field(description="Run these rules alone. " + _RULES)] = []
    ignore: Annotated[
        list[IgnoreItem], Field(description="Findings that are known and accepted.")
    ] = []
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"],
        Field(alias="fail-on", description="The least severity that makes the exit code 1."),
    ] = "error"
    whole_mesh: Annotated[
        bool,
        Field(alias="whole-mesh", description="The input is the whole mesh: missing is absent."),
    ] = False
    mesh_config: Annotated[
        str | None,
        Field(alias="mesh-config", description="File with the MeshConfig, relative to this one."),
    ] = None
    baseline: Annotated[
        str | None,
        Field(description="File with accepted findings, relative to this one."),
    ] = None
    render: Annotated[
        list[RenderItem],
        Field(
            description="Releases of charts. Without it a chart is rendered with its own values, "
            "and with each values-*.yaml beside them."
        ),
    ] = []
    docs_url: Annotated[
        str,
        Field(
            alias="docs-url",
            pattern=r"^(https?://[^\s<>()\[\]\"'`\\]+)?$",
            description="Where a site of meshctl's documentation has the pages of the rules, such as "
            "https://docs.example.com/docs/rules; reports link to them.",
        ),
    ] = ""
    clusters: Annotated[
        list[ClusterItem],
        Field(
            description="The clusters of the mesh. Without it the whole input is one cluster. What "
            "lies beside their paths is applied in all of them."
        ),
    ] = []
    ownership: Annotated[
        OwnershipSection,
        Field(description="Which namespaces, hosts and gateways belong to whom."),
    ] = OwnershipSection()


def read_settings(file: Path) -> Settings:
    """Read a config file; raises ConfigError that names the key and what it takes."""
    raw = _parse(file)
    try:
        config = ConfigFile.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(_explain(file, raw, error)) from error
    try:
        return _settings(file, config)
    except (ValueError, OSError) as error:  # a NUL byte, a name that is too long
        raise ConfigError(f"{file} names a path that can't be: {error}") from error


def _settings(file: Path, config: ConfigFile) -> Settings:
    return Settings(
        namespace=config.namespace or "default",
        default_namespace=config.namespace or "",
        select=tuple(config.select),
        fail_on=config.fail_on,
        whole_mesh=config.whole_mesh,
        mesh_config=_beside(file, config.mesh_config),
        baseline=_beside(file, config.baseline),
        ignores=tuple(
            IgnoreEntry(
                tuple(item.rules), tuple(item.paths), tuple(item.namespaces), item.reason,
                item.expires,
            )
            for item in config.ignore
        ),
        ownership=Ownership(
            tuple(config.ownership.platform),
            tuple(_team(file, item) for item in config.ownership.teams),
        ),
        rendering=Rendering(releases=tuple(_release(file, item) for item in config.render)),
        clusters=tuple(
            ClusterSource(item.name, tuple(_shown(file, path) for path in item.paths), item.context)
            for item in config.clusters
        ),
        docs_url=config.docs_url,
        config_file=str(file),
    )  # fmt: skip


def _release(file: Path, item: RenderItem) -> ChartRelease:
    return ChartRelease(
        _shown(file, item.chart),
        item.name,
        item.namespace,
        tuple(_shown(file, name) for name in item.values),
        tuple(f"{name}={value}" for name, value in item.sets.items()),
    )


def _shown(file: Path, name: str) -> str:
    """A path beside the config file as people write it: from the working directory."""
    return os.path.relpath(file.parent / name)


def _team(file: Path, item: TeamItem) -> Team:
    return Team(
        item.name,
        tuple(item.namespaces),
        tuple(str((file.parent / name).resolve()) for name in item.directories),
        None if item.hosts is None else tuple(item.hosts),
        None if item.gateways is None else tuple(item.gateways),
    )


def config_schema() -> dict[str, Any]:
    """Make the JSON Schema of the config file."""
    schema = ConfigFile.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _parse(file: Path) -> Any:
    try:
        text = read_text(file)
        if file.suffix == ".toml":
            tool = tomllib.loads(text).get("tool")
            return tool.get("meshctl", {}) if isinstance(tool, dict) else {}
    except OSError as error:
        message = f"cannot read the config file {file}: {error.strerror}"
        raise ConfigError(message) from error
    except UnicodeDecodeError:
        raise ConfigError(f"the config file {file} is no text in UTF-8; save it as such") from None
    except (ValueError, RecursionError) as error:
        message = f"the config file {file} cannot be parsed: {error}"
        raise ConfigError(message) from error
    from meshctl.validation.user_forms import parsed  # noqa: PLC0415 - not for TOML

    try:
        return parsed(str(file), text).data or {}
    except UsageError as error:
        raise ConfigError(str(error)) from None


def _beside(file: Path, name: str | None) -> str | None:
    return None if name is None else str(file.parent / name)


def _explain(file: Path, raw: Any, error: ValidationError) -> str:
    first, *others = error.errors(include_url=False)
    key = ".".join(str(part) for part in first["loc"])
    at = _placed(file, first["loc"], key=first["type"] == "extra_forbidden")
    more = f" ({amount(len(others) + 1, 'mistake')} in all)" if others else ""
    if first["type"] != "extra_forbidden":
        return f"{at}: {key or 'the file'}: {_wrong(raw, first['loc'])}{more}"
    known = _settings_at(first["loc"][:-1])
    meant = only_close(str(first["loc"][-1]), known)
    hint = f"did you mean {meant}?" if meant else f"the settings are {', '.join(known)}"
    return f"{at}: there is no setting {quoted(key)}; {hint}{more}"


def _wrong(raw: Any, path: tuple[str | int, ...]) -> str:
    """Say what is wrong at a place in the words that manifests get, and not in those of pydantic."""
    from meshctl.validation.json_schema import faults  # noqa: PLC0415 - few config files are wrong

    messages = {fault.path: fault.message for fault in faults(raw, config_schema())}
    if path == ("docs-url",) and isinstance(raw[path[0]], str):
        return (
            f"this is {quoted(raw[path[0]])}, and no address; write one such as "
            "https://docs.example.com/docs/rules"
        )
    if path in messages:
        return messages[path]
    if path[:-1] in messages:
        return "this is missing"
    return "this is no date; write one as 2027-06-30"  # the only type that the schema doesn't hold


def _settings_at(path: tuple[str | int, ...]) -> list[str]:
    """List the settings of the file, or of a section or an item in it."""
    schema = config_schema()
    part: Any = schema
    for name in path:
        part = part["items"] if isinstance(name, int) else part["properties"][name]
        while "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
    return sorted(part["properties"])


def _placed(file: Path, path: tuple[str | int, ...], *, key: bool) -> str:
    """Name the place in a file as ``file:line:column``."""
    if file.suffix == ".toml":
        from meshctl.config.toml_places import line_and_column  # noqa: PLC0415 - see below

        line, column = line_and_column(read_text(file), ("tool", "meshctl", *path), key=key)
        return f"{file}:{line}:{column}"
    from meshctl.sources.documents import Document  # noqa: PLC0415 - few config files are wrong
    from meshctl.validation.user_forms import place  # noqa: PLC0415 - see above

    return place(Document(str(file), 1, read_text(file), None), path, key=key)


if __name__ == "__main__":
    json.dump(config_schema(), sys.stdout, indent=2)
    sys.stdout.write("\n")
