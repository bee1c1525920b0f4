"""The 342 municipalities of 2026, with CBS code, province, youth-care region, labour-market region and inhabitants."""

import csv
import unicodedata
from pathlib import Path

from django.db import migrations

FILE = Path(__file__).parent.parent / "data" / "gemeenten.csv"


def sort_name(name):
    """Lower case without accents, and without the article that Dutch lists skip ('s-Gravenhage stands under g)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return plain.removeprefix("'s-").removeprefix("'t ")


def load(apps, schema_editor):
    municipality = apps.get_model("regions", "Municipality")
    with FILE.open(encoding="utf-8", newline="") as lines:
        rows = [municipality(**row, sort_name=sort_name(row["name"])) for row in csv.DictReader(lines)]
    municipality.objects.bulk_create(rows)


class Migration(migrations.Migration):
    dependencies = [("regions", "0003_append_only")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
