"""The worker and beat: `celery -A initiate worker`, `celery -A initiate beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "initiate.settings")

app = Celery("initiate")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
