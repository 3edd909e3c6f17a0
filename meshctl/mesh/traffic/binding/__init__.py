"""The VirtualServices that a proxy sees, in its order."""
