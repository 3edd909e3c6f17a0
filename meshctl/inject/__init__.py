"""Istio's injector, without a cluster."""
