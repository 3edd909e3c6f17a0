"""Would an API server with Istio accept this object?"""
