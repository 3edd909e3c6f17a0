"""Errors that say why a workload can't be injected, and which part of it is to blame."""

from meshctl.errors import MeshctlError

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value inside a workload."""


class InjectionError(MeshctlError):
    """A workload or the settings of the injector cannot be used as they are.

    ``path`` names the value that is to blame, where there is one.
    """

    def __init__(self, message: str, path: Path = ()) -> None:
        super().__init__(message)
        self.path = path

    def below(self, *keys: str | int) -> "InjectionError":
        """The same error, seen from further up."""
        self.path = (*keys, *self.path)
        return self


class WrongTypeError(InjectionError):
    """A field holds a value of another type than Kubernetes wants; the message begins with it."""

    def __str__(self) -> str:
        return f"{dotted(self.path) or 'the object'} {self.args[0]}"


def annotation_error(name: str, reason: str) -> InjectionError:
    """Make the error of an annotation of a pod."""
    return InjectionError(f"annotation {name} {reason}", ("metadata", "annotations", name))


def dotted(path: Path) -> str:
    """Write a path as people do: ``spec.containers[0].name``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).lstrip(".")
