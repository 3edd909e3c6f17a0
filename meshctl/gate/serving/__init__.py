"""The admission webhook: reviews over TLS, answered one after the other, with health and metrics."""
