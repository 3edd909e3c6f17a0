"""What a service team writes of its service, and the objects that it becomes."""
