"""The identity of a Kubernetes object, whatever its kind."""

from datetime import datetime
from typing import Any, ClassVar

from meshctl.istio.kind_names import CLUSTER_SCOPED
from meshctl.resources.view import Ref, View, cached_property
from meshctl.sources.documents import Document

UNKNOWN_NAMESPACE = "<namespace>"
"""Stands for the namespace of objects that name none, where nothing else tells. One namespace for
all of them: files without a namespace are applied together, as a rule. No Kubernetes name has
angle brackets, so that it meets no other."""


class Resource(View):
    """One Kubernetes object of the input: identity, metadata, ``spec``.

    ``prefix`` leads from the document to the object (empty, or ``("items", n)`` in a List).
    """

    made_kinds: ClassVar[tuple[str, ...]] = ()
    """The kinds of objects of the mesh that another controller makes of it."""
    is_judged: ClassVar[bool] = True
    """Are rules asked about it? Not where a controller made it and nobody wrote what it says."""

    def __init__(
        self, document: Document, data: Any, prefix: tuple[str | int, ...] = (),
        default_namespace: str = "default",
    ) -> None:  # fmt: skip
        super().__init__(self, (), data)
        self.document = document
        self.prefix = prefix
        self.kind = self.text("kind")
        self.api_version = self.text("apiVersion")
        metadata = self.data.get("metadata")
        meta = metadata if isinstance(metadata, dict) else {}
        self.metadata = meta
        name = meta.get("name")
        self.name: str = name if isinstance(name, str) else ""
        namespace = meta.get("namespace")
        if self.kind in CLUSTER_SCOPED:
            self.namespace = ""
        else:
            self.namespace = (
                namespace if isinstance(namespace, str) and namespace else default_namespace
            )

    def __repr__(self) -> str:
        return f"<{self.kind} {self.key_name}>"

    def origin(self, ref: Ref) -> Ref:
        """Where the text of a place in it stands: there, unless somebody else made the object."""
        return ref

    @property
    def directory(self) -> str:
        """The directory of the file that declares it."""
        return self.document.file.rpartition("/")[0]

    @property
    def cluster(self) -> str:
        """The cluster it is applied in; empty where the input doesn't tell several apart."""
        return self.document.placement.cluster

    def is_applied_with(self, other: "Resource") -> bool:
        """Is it known that both are applied together: by one file, or by one kustomization?"""
        mine, theirs = self.document, other.document
        unit = mine.placement.unit
        return mine.file == theirs.file or (bool(unit) and unit == theirs.placement.unit)

    @cached_property
    def group(self) -> str:
        """The API group, empty for the core group."""
        group, slash, _ = self.api_version.partition("/")
        return group if slash else ""

    @property
    def key_name(self) -> str:
        """``namespace/name``, or the name alone for a cluster-scoped object."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def title(self) -> str:
        """How messages name this object: ``Gateway default/shop``."""
        return f"{self.kind} {self.key_name}"

    @cached_property
    def labels(self) -> dict[str, str]:
        """The object's own labels."""
        return self.child("metadata").labels_of("labels")

    @cached_property
    def annotations(self) -> dict[str, str]:
        """The object's own annotations."""
        return self.child("metadata").labels_of("annotations")

    @cached_property
    def created(self) -> datetime | None:
        """``metadata.creationTimestamp``; known only for objects that come from a cluster."""
        stamp = self.metadata.get("creationTimestamp")
        if not isinstance(stamp, str):
            return None
        try:
            return datetime.fromisoformat(stamp)
        except ValueError:
            return None

    @cached_property
    def spec(self) -> View:
        """The ``spec`` of the object."""
        return self.child("spec")
