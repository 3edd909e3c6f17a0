"""What patches of EnvoyFilters look for, in the routes of proxies."""
