"""Failures that end a command, and their exit codes.

Expected failures are one sentence and the next step; only ``cli/root.py`` turns them
into an exit code.
"""


class MeshctlError(Exception):
    """The job could not be done. The message is one sentence that says what to do next."""

    exit_code = 2


class UsageError(MeshctlError):
    """The command line asks for something that does not exist."""


class InputError(MeshctlError):
    """A path that was named cannot be read."""


class ConfigError(MeshctlError):
    """A configuration, baseline or mesh config file cannot be used."""


class OutputError(MeshctlError):
    """A report cannot be written where it was asked for."""
