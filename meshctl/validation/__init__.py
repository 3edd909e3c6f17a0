"""Validates single objects as an API server with Istio would."""
