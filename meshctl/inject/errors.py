"""Why can a workload not be injected?"""

from meshctl.errors import MeshctlError


class InjectionError(MeshctlError):
    """A workload or the settings of the injector cannot be used as they are."""
