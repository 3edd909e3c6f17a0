"""A view of Secret."""

from base64 import b64decode

from meshctl.resources.resource import Resource
from meshctl.resources.view import Ref, cached_property


class Secret(Resource):
    """A Kubernetes Secret."""

    @cached_property
    def values(self) -> dict[str, bytes]:
        """What it holds, by key; ``stringData`` wins, and what is no base64 is left out."""
        found = {}
        for key, text in self.labels_of("data").items():
            try:
                found[key] = b64decode("".join(text.split()), validate=True)
            except ValueError:
                continue
        strings = self.labels_of("stringData")
        return found | {key: text.encode() for key, text in strings.items()}

    @property
    def is_readable(self) -> bool:
        """Are all values those that the cluster will have: not encrypted (SOPS), not left out?"""
        written = {*self.labels_of("data"), *self.labels_of("stringData")}
        return not self.has("sops") and any(self.values.values()) and written == set(self.values)

    def value_at(self, key: str) -> Ref:
        """Name a value."""
        block = "stringData" if key in self.labels_of("stringData") else "data"
        return self.at(block, key)
