"""What the API server asks of Gateway API objects beyond their types: the CEL rules of the CRDs."""
