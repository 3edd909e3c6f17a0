"""A view of Namespace."""

from meshctl.resources.resource import Resource


class Namespace(Resource):
    """A Kubernetes Namespace; injection and ambient mode are decided by its labels."""
