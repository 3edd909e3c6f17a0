"""Who is known to call whom: as the mesh declares it, and as Prometheus has seen it."""
