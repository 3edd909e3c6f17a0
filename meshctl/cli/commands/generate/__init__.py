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
    "sidecar": (
        "meshctl.cli.commands.generate.sidecar",
        "Write the narrowest Sidecars that hide no known dependency.",
    ),
    "authorization": (
        "meshctl.cli.commands.generate.authorization",
        "Write ALLOW policies for the callers alone that are known.",
    ),
}
