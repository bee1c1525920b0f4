"""Fills an empty, migrated database with a network of any size, by COPY; the same size gives the same network."""

from collections.abc import Iterable
from random import Random

from django.db import connection
from django.utils import timezone

from bench.desks import Desk
from bench.gatherings import Gatherings
from bench.homes import HOMES, Home, Measure
from bench.network import Network
from bench.stories import Stories
from bench.tables import Tables, bare
from bench.words import Words

CHUNK = 2_000
CHANCE = 20261122


def fill(size: int, homes: Iterable[Measure] = HOMES) -> None:
    """Make `size` challenges with five comments each, and the people around them; and these regions beside them."""
    tables, chance = Tables(), Random(CHANCE)
    words = Words(chance)
    with bare(tables.all()):
        network = Network(tables, words, chance, size, timezone.now())
        stories = Stories(tables, network, words, chance, size)
        for pk in range(1, size + 1):
            stories.write(pk)
            if pk % CHUNK == 0:
                tables.flush()
        tables.contribution.last = size
        for measure in homes:
            home = Home(tables, network, words, chance, measure)
            home.write()
            Gatherings(home).write()
            Desk(home).write()
            tables.flush()
        tables.flush()
    for table in tables.all():
        table.set_sequence()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
