"""How large proxies are, and what they will need."""
