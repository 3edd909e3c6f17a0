"""The audit: all of the mesh judged again and again, in a process of its own."""
