"""Options that say how a command reaches the cluster."""

import inspect
import math
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from meshctl.cluster.api import Access, Cluster
from meshctl.errors import UsageError

_LONGEST = 86_400.0

_OPTIONS: dict[str, tuple[Any, Any]] = {
    "kubeconfig": (
        Annotated[str, typer.Option(metavar="FILE", help="Kubeconfig instead of kubectl's.")],
        "",
    ),
    "context": (
        Annotated[str, typer.Option(metavar="NAME", help="Context of the kubeconfig.")],
        "",
    ),
    "user": (
        Annotated[str, typer.Option("--as", metavar="USER", help="User to impersonate.")],
        "",
    ),
    "groups": (
        Annotated[
            list[str] | None,
            typer.Option("--as-group", metavar="GROUP", help="Group to impersonate; repeatable."),
        ],
        None,
    ),
    "timeout": (
        Annotated[float, typer.Option(metavar="SECONDS", help="Longest wait for one answer.")],
        10.0,
    ),
}


def with_access(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of a cluster; it gets them as its first parameter, ``access``."""
    signature = inspect.signature(command)
    own = [parameter for name, parameter in signature.parameters.items() if name != "access"]
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)
        for name, (kind, default) in _OPTIONS.items()
    ]

    @wraps(command)
    def run(*args: Any, **given: Any) -> None:
        found = {name: given.pop(name, default) for name, (_, default) in _OPTIONS.items()}
        found["groups"] = tuple(found["groups"] or ())
        command(_checked(Access(**found)), *args, **given)

    run.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {
        **{parameter.name: parameter.annotation for parameter in own},
        **{name: kind for name, (kind, _) in _OPTIONS.items()},
        "return": None,
    }
    return run


def _checked(access: Access) -> Access:
    if not math.isfinite(access.timeout) or not 0 < access.timeout <= _LONGEST:
        raise UsageError(
            f"--timeout {access.timeout:g} makes no sense; give seconds, more than 0 and at most "
            f"{_LONGEST:g}"
        )
    return access


def connect(access: Access) -> Cluster:
    """Reach the cluster; raises ``ClusterError`` where there is none."""
    from meshctl.cluster.kubeconfig import connect_to  # the kubernetes package is slow to import

    return connect_to(access)
