"""Which commands are there? A static table; a command is imported when it runs."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS: dict[str, tuple[str, str]] = {
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
    "rule": ("meshctl.cli.commands.rule", "List the rules, or explain one."),
    "version": ("meshctl.cli.commands.version", "Show the versions of istiod and of the proxies."),
    "completion": ("meshctl.cli.commands.completion", "Print the completion script of a shell."),
}


class LazyGroup(TyperGroup):
    """A command group that knows names and summaries without importing any command."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Name the commands in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(COMMANDS[cmd_name][0])
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        app.command(cmd_name)(module.run)
        return typer.main.get_command(app)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the command list of ``--help`` from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])
