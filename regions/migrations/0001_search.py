"""The text search configuration `nl`: Dutch stemming without accents, the same for index and query."""

from django.contrib.postgres.operations import BtreeGinExtension, TrigramExtension, UnaccentExtension
from django.db import migrations

MAKE = """
CREATE TEXT SEARCH CONFIGURATION nl (COPY = pg_catalog.dutch);
ALTER TEXT SEARCH CONFIGURATION nl
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part WITH unaccent, dutch_stem;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGinExtension(),
        migrations.RunSQL(MAKE, "DROP TEXT SEARCH CONFIGURATION nl"),
    ]
