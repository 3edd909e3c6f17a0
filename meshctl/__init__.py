"""meshctl finds what is wrong with an Istio mesh, from its manifests."""

__version__ = "0.1.0"
