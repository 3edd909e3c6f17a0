"""Views of the kinds that run pods, and of their containers.

Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob, Pod, Argo
Rollout, DeploymentConfig of OpenShift: whatever the kind, a workload is a pod template with labels.
"""

from collections.abc import Iterator

from meshctl.resources.resource import Resource
from meshctl.resources.view import View, cached_property, views

SYSTEM_NAMESPACES = frozenset(
    {"kube-system", "kube-public", "kube-node-lease", "local-path-storage"}
)
"""Pods of these are never injected (injectRequired, pkg/kube/inject/inject.go, Istio 1.31)."""

_TEMPLATE_PATHS = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
}


PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
"""The fields of a container that are probes."""


class Container(View):
    """One container of a pod."""

    @cached_property
    def name(self) -> str:
        """Its name."""
        return self.text("name")

    @property
    def image_name(self) -> str:
        """The last part of its image's name: ``proxyv2`` of ``docker.io/istio/proxyv2:1.31.0``."""
        path = self.text("image").partition("@")[0]
        return path.rpartition("/")[2].partition(":")[0]

    @cached_property
    def ports(self) -> tuple[View, ...]:
        """Its declared ports."""
        return views(self, "ports", View)

    @cached_property
    def probes(self) -> tuple[tuple[str, View], ...]:
        """The probes it has: their key and what they say."""
        return tuple((key, self.child(key)) for key in PROBES if self.has(key))


class Workload(Resource):
    """Anything that runs pods from one template."""

    @cached_property
    def template(self) -> View:
        """The pod template; of a Pod, the Pod itself."""
        return self.child(*_TEMPLATE_PATHS.get(self.kind, ("spec", "template")))

    @property
    def outer_metadata(self) -> Iterator[tuple[str, View]]:
        """Walk metadata that the pods don't have, with its kind: the object's, that of its Jobs."""
        if self.kind != "Pod":
            yield self.kind, self.child("metadata")
        if self.kind == "CronJob":
            yield "Job", self.child("spec", "jobTemplate", "metadata")

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        """The labels of the pods."""
        return self.template.child("metadata").labels_of("labels")

    @cached_property
    def pod_annotations(self) -> dict[str, str]:
        """The annotations of the pods."""
        return self.template.child("metadata").labels_of("annotations")

    @cached_property
    def pod_spec(self) -> View:
        """The ``spec`` of the pods."""
        return self.template.child("spec")

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """The ordinary containers."""
        return views(self.pod_spec, "containers", Container)

    @cached_property
    def init_containers(self) -> tuple[Container, ...]:
        """The init containers, native sidecars among them."""
        return views(self.pod_spec, "initContainers", Container)

    @cached_property
    def named_ports(self) -> dict[str, int]:
        """Container ports by name; the first of a name counts, as for the kubelet.

        Native sidecars, init containers that keep running, come after ordinary containers
        (FindPort, Kubernetes pkg/api/v1/pod/util.go).
        """
        ports: dict[str, int] = {}
        native = (
            container
            for container in self.init_containers
            if container.text("restartPolicy") == "Always"
        )
        for container in (*self.containers, *native):
            for port in container.ports:
                number = port.number("containerPort")
                if port.text("name") and number:
                    ports.setdefault(port.text("name"), number)
        return ports

    @property
    def service_account(self) -> str:
        """The service account of the pods."""
        return self.pod_spec.text("serviceAccountName") or "default"

    @property
    def uses_host_network(self) -> bool:
        """Do the pods share the node's network? Such pods are never injected."""
        return self.pod_spec.flag("hostNetwork") is True


class WorkloadEntry(Resource):
    """A machine outside Kubernetes that joins the mesh."""

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        """The labels its endpoint has: those of the object over those of its spec.

        ConvertWorkloadEntry (pilot/pkg/serviceregistry/serviceentry/conversion.go, Istio 1.31).
        """
        return {**self.spec.labels_of("labels"), **self.labels}


class WorkloadGroup(Resource):
    """A template for WorkloadEntries."""

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        """The labels its entries carry: those of the template, and over them those of the metadata.

        workloadEntryFromGroup, pilot/pkg/autoregistration/controller.go, Istio 1.31.
        """
        of_template = self.spec.child("template").labels_of("labels")
        return of_template | self.spec.child("metadata").labels_of("labels")
