"""`manage.py bench_plans FILE`: the heaviest statements of all pages and how the database does them."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandParser

from bench.plans import as_markdown, plans


class Command(BaseCommand):
    help = "Write the plans of the heaviest statements of all pages."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        file.write_text(as_markdown(plans()), encoding="utf-8")
        self.stdout.write(f"bench   | plans are in {file}")
