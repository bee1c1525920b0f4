"""Fills an empty, migrated database with a network of any size, by COPY; the same size gives the same network."""

from random import Random

from django.db import connection
from django.utils import timezone

from bench.network import Network
from bench.stories import Stories
from bench.tables import Tables, bare
from bench.words import Words

CHUNK = 2_000
CHANCE = 20261122


def fill(size: int) -> None:
    """Make `size` challenges with five comments each, and the people around them."""
    tables, chance = Tables(), Random(CHANCE)
    words = Words(chance)
    with bare(tables.all()):
        network = Network(tables, words, chance, size, timezone.now())
        stories = Stories(tables, network, words, chance, size)
        for pk in range(1, size + 1):
            stories.write(pk)
            if pk % CHUNK == 0:
                tables.flush()
        tables.flush()
    for table in tables.all():
        table.set_sequence()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
