"""What this network is called: `NETWORK_NAME`, where our texts say Initiate."""

from django.conf import settings
from django.utils.functional import Promise


def named(text: str | Promise) -> str:
    """Return a text of ours with the name of this network in it. Never for what people wrote."""
    return str(text).replace("Initiate", settings.NETWORK_NAME)
