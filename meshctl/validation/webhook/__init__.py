"""Istio's validating webhook, for one object.

The checks are those of pkg/config/validation of Istio 1.31. The API server asks the webhook only
about objects that fit the CRD's schema and its CEL rules, so what these refuse is not checked
again; each kind says what that is.
"""
