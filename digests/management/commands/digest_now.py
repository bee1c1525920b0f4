"""`manage.py digest_now EMAIL`: make someone's overview due at once.

It counts as the overview of this day, week or month: the next one comes in the next.
"""

from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models.functions import Now
from kombu.exceptions import OperationalError

from digests.models import Frequency, Pause, Subscription


class Command(BaseCommand):
    help = "Make the overview mail of one person due at once; the worker does the rest."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the person's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].strip().lower()
        subscription = Subscription.objects.filter(person__email=email, person__is_active=True).first()
        if subscription is None:
            raise CommandError(f"Nobody with the address {email} has chosen how often to get the overview.")
        if subscription.frequency == Frequency.NEVER:
            raise CommandError(f"{email} chose never to get the overview, so none is sent.")
        Subscription.objects.filter(pk=subscription.pk).update(next_at=Now())
        self.stdout.write(f"The overview of {email} is due now; it is sent if there is something new. {self._wake()}")
        if Pause.objects.exists():
            self.stdout.write("News is paused, so it waits for `manage.py mail resume`.")
        if settings.DEMO and settings.LOOPBACK:
            self.stdout.write(f"Read it at {settings.SITE_URL}/demo/mail/?naar={email}")

    def _wake(self) -> str:
        try:
            current_app.send_task("digests.tasks.tick", expires=55)
        except OperationalError:
            return "The broker does not answer: the next tick takes it, within a minute of its return."
        return "The worker was woken."
