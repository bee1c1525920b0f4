"""The product's settings; one page, its templates and a few commands are added."""

from initiate.settings import *  # noqa: F403 - all of them, whatever they are
from initiate.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [*PRODUCT, "bench"]
ROOT_URLCONF = "bench.urls"
