"""What all rooms share. Celery's app is loaded here, so that `shared_task` finds it in every process."""

from initiate.celery import app as celery_app

__all__ = ["celery_app"]
