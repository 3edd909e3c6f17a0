"""A view of ServiceAccount."""

from meshctl.resources.resource import Resource


class ServiceAccount(Resource):
    """A Kubernetes ServiceAccount: the identity of pods."""
