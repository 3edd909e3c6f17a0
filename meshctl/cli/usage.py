"""Words what the parser of the command line refuses, as all other errors are worded."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from meshctl.errors import UsageError
from meshctl.lazy_pattern import lazy_pattern
from meshctl.words import quoted

_CALLED_ELSEWHERE = {"--format": "--output", "--file": "--filename", "--all-ns": "--all-namespaces"}
"""What other tools call options that mean the same, with their names here."""
_NEAR = 3
_NO_NUMBER = lazy_pattern(r"is not a valid (int(?:eger)?|float)(?: range)?$")
"""How the parser ends its refusal of what is no number, after the text that was written."""


def refusal(error: Any, ctx: Any) -> Exception:
    """Word what the parser refuses; what only asks for the help stays as it is."""
    if type(error).__name__ == "NoArgsIsHelpError":
        return error  # type: ignore[no-any-return]
    help_of = f"{ctx.command_path} --help"
    written = getattr(error, "option_name", None)
    if written is not None and hasattr(error, "possibilities"):
        return UsageError(f"there is no option {quoted(written)}; {_near(written, ctx, help_of)}")
    if written is not None:
        lack = "needs a value" if "requires" in error.message else "takes no value"
        return UsageError(f"{written} {lack}; {help_of} says more of it")
    if type(error).__name__ == "MissingParameter":
        return UsageError(f"{_name(error.param)} is missing; {help_of} says what it is")
    if getattr(error, "param", None) is not None:
        said = _NO_NUMBER.sub(_no_number, error.message.rstrip("."))
        return UsageError(f"{_name(error.param)}: {said}; {help_of} says what it takes")
    return UsageError(f"{_plain(error.message)}; {help_of} says what it takes")


def _no_number(refused: re.Match[str]) -> str:
    return "is no whole number" if refused[1].startswith("int") else "is no number"


def _plain(said: str) -> str:
    """Word what has no option or argument of its own: mostly words that are too many."""
    if "extra argument" not in said:
        return said[:1].lower() + said[1:].rstrip(".")
    words = said.rpartition(" (")[2].removesuffix(")").split()
    verb = "is" if len(words) == 1 else "are"
    return f"{', '.join(quoted(word) for word in words)} {verb} too much"


def _name(param: Any) -> str:
    if param.param_type_name == "option":
        return "/".join(param.opts)
    return str(param.metavar or param.name.upper())


def _near(written: str, ctx: Any, help_of: str) -> str:
    """Offer the options that the written one may stand for, under all of their names."""
    names = {name: "/".join(param.opts) for param in ctx.command.params for name in _names(param)}
    others = {old: names[new] for old, new in _CALLED_ELSEWHERE.items() if new in names}
    known = {**others, **names}
    near = get_close_matches(written, known, _NEAR, cutoff=0.7)
    near += [option for option in known if written != "-" and option.startswith(written)]
    offered = list(dict.fromkeys(known[option] for option in near))[:_NEAR]
    return f"did you mean {' or '.join(offered)}?" if offered else f"{help_of} lists them"


def _names(param: Any) -> Iterator[str]:
    if param.param_type_name == "option":
        yield from (*param.opts, *param.secondary_opts)
