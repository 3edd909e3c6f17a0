"""The narrowest Sidecars that hide nothing which is known to be needed."""
