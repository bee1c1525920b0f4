"""`manage.py bench_seed SIZE`, in a database that is empty."""

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.db import connection, transaction

from accounts.models import Person
from bench.seed import fill


class Command(BaseCommand):
    help = "Fill an empty database with so many challenges."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("size", type=int)

    def handle(self, *args: Any, size: int, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if Person.objects.exists():
            raise CommandError("this database is not empty.")
        with transaction.atomic():
            fill(size)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
