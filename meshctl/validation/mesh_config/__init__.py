"""Checks the settings of the whole mesh as istiod does when it loads them.

They come as text in the ConfigMap ``istio`` (or ``istio-REVISION``), so neither a schema nor the
webhook looks at them; istiod keeps the settings it had when it cannot load new ones.
"""
