"""Runs programs that are judged by the memory they take."""

APART = ("sh", "-c", '"$@"; exit $?', "sh")
"""A shell between: a process is charged for what the one that forked it held until then."""
