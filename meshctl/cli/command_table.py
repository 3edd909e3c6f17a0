"""The static table of commands; a command is imported when it runs."""

import os
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.timing import switch_on
from meshctl.words import quoted

Table = Mapping[str, tuple[str, str]]

COMMANDS: Table = {
    "analyze": ("meshctl.cli.commands.analyze", "Find what is wrong in manifests."),
    "validate": (
        "meshctl.cli.commands.validate",
        "Say what an API server with Istio would refuse.",
    ),
    "schema": (
        "meshctl.cli.commands.schema",
        "Print the JSON Schema of a kind, or make those of your CRDs.",
    ),
    "routes": ("meshctl.cli.commands.routes", "Show the routes a gateway or host really has."),
    "trace": (
        "meshctl.cli.commands.trace",
        "Follow a request through the mesh, and say what decides.",
    ),
    "test": ("meshctl.cli.commands.test", "Check expectations about requests, like unit tests."),
    "diff": (
        "meshctl.cli.commands.diff",
        "Show which requests a change of manifests treats differently.",
    ),
    "diagnose": (
        "meshctl.cli.commands.diagnose",
        "Say what causes a log line, a flag or an error message.",
    ),
    "migrate": (
        "meshctl.cli.commands.migrate",
        "Write objects of old kinds and versions as what says the same today.",
    ),
    "proxy-status": (
        "meshctl.cli.commands.proxy_status",
        "Show which proxies have the configuration istiod has for them.",
    ),
    "tls-check": (
        "meshctl.cli.commands.tls_check",
        "Show which TLS clients and servers really use.",
    ),
    "describe": (
        "meshctl.cli.commands.describe",
        "Show what applies to a pod, a Service or a gateway.",
    ),
    "check-inject": (
        "meshctl.cli.commands.check_inject",
        "Say which webhook injects a pod, or why none does.",
    ),
    "kube-inject": (
        "meshctl.cli.commands.kube_inject",
        "Add Istio's sidecar to workloads, offline.",
    ),
    "size": (
        "meshctl.cli.commands.size",
        "Show what each proxy is sent, and the memory that takes.",
    ),
    "generate": (
        "meshctl.cli.commands.generate",
        "Write manifests from a few values, or from what a mesh says.",
    ),
    "upgrade": (
        "meshctl.cli.commands.upgrade",
        "Plan the way to another release of Istio.",
    ),
    "graph": (
        "meshctl.cli.commands.browser.graph",
        "Draw services, gateways and the ways between them.",
    ),
    "webhook": (
        "meshctl.cli.commands.webhook",
        "Refuse or warn about changes of a live mesh when they are applied.",
    ),
    "dashboard": (
        "meshctl.cli.commands.browser.dashboard",
        "Open a dashboard of the mesh, or of one proxy.",
    ),
    "rule": ("meshctl.cli.commands.rule", "List the rules, or explain one."),
    "lsp": (
        "meshctl.cli.commands.editor.lsp",
        "Serve an editor: findings while you type, and more.",
    ),
    "version": ("meshctl.cli.commands.version", "Show the versions of istiod and of the proxies."),
    "completion": ("meshctl.cli.commands.completion", "Print the completion script of a shell."),
}

_REFUSED: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser raises; BadParameter is the one of its exceptions that typer has a name for."""
_NAMES_A_FILE = lazy_pattern(r"\b(?:FILE|DIR|PATH)\b")
COLOURS = ("auto", "always", "never")


def _unknown(name: str, table: Table, program: str | None) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, table, n=3, cutoff=0.6)
    near += [command for command in table if command.startswith(name) and command not in near]
    hint = f"{program} --help lists them" if table is COMMANDS else f"there are {', '.join(table)}"
    hint = f"did you mean {' or '.join(near)}?" if near else hint
    return f"there is no command {quoted(name)}; {hint}"


def _shared_options() -> list[TyperOption]:
    """Make what every command takes: it sets the environment that output and timing ask."""
    return [
        TyperOption(
            param_decls=["--color"], type=str, expose_value=False, is_eager=True,
            callback=_set_colour, metavar="WHEN", autocompletion=_colours,
            help="Colours: auto (on a terminal), always or never.",
        ),
        TyperOption(
            param_decls=["--debug"], is_flag=True, expose_value=False, is_eager=True,
            default=False, callback=_set_debug, help="Show tracebacks, and where time goes.",
        ),
    ]  # fmt: skip


def _refuse_empty(ctx: Any, param: Any, value: Any) -> Any:
    """Refuse an empty name of a file: joined to a directory it would be the directory."""
    is_given = "COMMANDLINE" in str(ctx.get_parameter_source(param.name))
    if is_given and (value == "" or (isinstance(value, list | tuple) and "" in value)):
        name = param.opts[0] if param.opts[0].startswith("-") else "PATH"
        raise UsageError(f"{name} is empty; name a file or directory, or leave it out")
    return value


def _set_colour(ctx: Any, param: Any, value: str | None) -> None:
    if value is None:
        os.environ.pop("MESHCTL_COLOR", None)
        return
    if value not in COLOURS:
        raise UsageError(f"--color {quoted(value)} is not one of {', '.join(COLOURS)}")
    os.environ["MESHCTL_COLOR"] = value


def _set_debug(ctx: Any, param: Any, value: bool) -> None:
    if value:
        switch_on()


def _colours(ctx: Any, args: list[str], incomplete: str) -> list[str]:
    return [colour for colour in COLOURS if colour.startswith(incomplete)]


def _refusal(error: Exception, ctx: Any) -> Exception:
    from meshctl.cli.usage import refusal

    return refusal(error, ctx)


class Command(TyperCommand):
    """A command whose refusals are sentences."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words after the command; UsageError for what it doesn't take."""
        try:
            return super().parse_args(ctx, args)
        except _REFUSED as error:
            raise _refusal(error, ctx) from None


class LazyGroup(TyperGroup):
    """A command group that knows names and summaries without importing any command."""

    table: Table = COMMANDS

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words before a command; UsageError for what it doesn't take."""
        try:
            return super().parse_args(ctx, args)
        except _REFUSED as error:
            raise _refusal(error, ctx) from None

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import one command, and give it the options that every command has.

        A package with a table of its own is a group of commands. Raises UsageError with the
        nearest names for what is no command.
        """
        if cmd_name not in self.table:
            if ctx.resilient_parsing:
                return None
            raise UsageError(_unknown(cmd_name, self.table, ctx.find_root().info_name))
        module = import_module(self.table[cmd_name][0])
        if hasattr(module, "COMMANDS"):
            return _group(cmd_name, module)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name, cls=Command)(module.run)
        command = typer.main.get_command(app)
        for param in command.params:
            if param.callback is None and _NAMES_A_FILE.search(
                getattr(param, "metavar", None) or ""
            ):
                param.callback = _refuse_empty
        command.params += _shared_options()
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the command list of ``--help`` from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in self.table.items()])


def _group(name: str, module: ModuleType) -> LazyGroup:
    group = LazyGroup(name=name, help=module.__doc__, no_args_is_help=True, rich_markup_mode=None)
    group.table = module.COMMANDS
    return group
