"""`manage.py bench_pages NUMBER`: what is known inside the process, as JSON; NUMBER digests are composed."""

import json
from typing import Any

from django.core.management import BaseCommand, CommandParser

from bench.pages import report


class Command(BaseCommand):
    help = "Print pages, cookies, numbers of queries and bytes, and the cost of overviews."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)

    def handle(self, *args: Any, number: int, **options: Any) -> None:
        self.stdout.write(json.dumps(report(number)))
