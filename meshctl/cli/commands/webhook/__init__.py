"""Refuse or warn about changes of a live mesh when they are applied."""

COMMANDS = {
    "serve": (
        "meshctl.cli.commands.webhook.serve",
        "Answer the API server's reviews of changes, and audit the mesh.",
    ),
    "manifests": (
        "meshctl.cli.commands.webhook.manifests",
        "Print what installs the webhook, or write it as a chart.",
    ),
    "cel": (
        "meshctl.cli.commands.webhook.cel",
        "Print rules as ValidatingAdmissionPolicies, which need no webhook.",
    ),
    "test": (
        "meshctl.cli.commands.webhook.test",
        "Say what the webhook would answer to files.",
    ),
}
