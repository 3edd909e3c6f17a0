"""Write manifests from a few values, or from what a mesh says."""

COMMANDS = {
    "service": (
        "meshctl.cli.commands.generate.service",
        "Write all objects of a service from a few values.",
    ),
    "chart": (
        "meshctl.cli.commands.generate.chart",
        "Write a Helm chart that makes the same of its values.",
    ),
}
