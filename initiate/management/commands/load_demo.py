"""`manage.py load_demo`: fill an empty database with the demo network."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import Person
from initiate.demo import load


class Command(BaseCommand):
    help = "Load the demo network into an empty database (only where the setting DEMO is true)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("the demo has known passwords; set DEMO=true to allow it.")
        if Person.objects.exists():
            raise CommandError("there are people in this database already; the demo goes into an empty one only.")
        with translation.override(settings.LANGUAGE_CODE):
            count = load()
        self.stdout.write(f"Loaded the demo network: {count} challenges.")
