"""Can istiod load these settings of the whole mesh?

They come as text in the ConfigMap ``istio`` (or ``istio-REVISION``), so neither a schema nor the
webhook looks at them; istiod keeps the settings it had when it cannot load new ones.
"""
