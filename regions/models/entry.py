"""One searchable text of anything; written in the same transaction as the text itself."""

import re
from typing import Self
from unicodedata import normalize

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q

from regions.models.contribution import Contribution
from regions.models.standing import Reader

CONFIG = "nl"
NEWEST = 2_000
"""So many hits are ranked; who finds more than that needs other words."""
OPENING, CLOSING = "\ue000", "\ue001"
"""Signs of nobody's alphabet, around a word that was found."""
_OPERATORS = re.compile(r'"|(?:^|\s)-\S')


def exact(words: str) -> SearchQuery:
    """Return what the words ask for: all of them, a "phrase in quotes", one or the other, -not this."""
    return SearchQuery(words, search_type="websearch", config=CONFIG)


def loose(words: str) -> SearchQuery | None:
    """Return all of the words, each of which may be only a beginning (schuldhulp → schuldhulpverlening).

    None where there is no word, or where quotes and minus signs say that the words are meant to the letter.
    """
    flat = "".join(sign if sign.isalnum() else " " for sign in normalize("NFKC", words))
    stems = [f"{word}:*" for word in flat.split()[:12]]
    if not stems or _OPERATORS.search(words):
        return None
    return SearchQuery(" & ".join(stems), search_type="raw", config=CONFIG)


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, person: Reader) -> Self:
        return self.filter(contribution__in=Contribution.objects.visible_to(person))

    def matching(self, words: str) -> Self:
        """Keep what holds these words, a longer word that starts with one of them, or a title that looks like them."""
        beginnings = loose(words)
        found = Q(vector=exact(words))
        if beginnings is not None:
            found |= Q(vector=beginnings) | Q(title__trigram_word_similar=words)
        return self.filter(found)

    def search(self, words: str) -> Self:
        """Keep what matches, best first, of the newest 2,000 that match; `fragment` has the hits between two signs."""
        newest = self.matching(words).order_by("-pk").values("pk")[:NEWEST]
        asked = exact(words)
        beginnings = loose(words)
        shown = asked if beginnings is None else asked | beginnings
        fragment = SearchHeadline(
            "text", shown, config=CONFIG, start_sel=OPENING, stop_sel=CLOSING, max_words=36, min_words=18
        )
        return (
            self.filter(pk__in=newest)
            .annotate(rank=SearchRank(F("vector"), asked), fragment=fragment)
            .select_related("contribution__region")
            .order_by("-rank", "-contribution__last_activity_at", "pk")
        )


class Entry(models.Model):
    """`kind` and `object_id` name the object; `contribution` is the one through whose rights it is read."""

    kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="entries")
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)
    vector = models.GeneratedField(
        expression=SearchVector("title", weight="A", config=CONFIG) + SearchVector("text", weight="B", config=CONFIG),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "object_id"), name="one_entry_per_object"),)
        indexes = (
            GinIndex(fields=("vector",), name="entry_words"),
            GinIndex(fields=("title",), opclasses=("gin_trgm_ops",), name="entry_title_trigrams"),
        )

    @classmethod
    def put(cls, thing: models.Model, contribution: Contribution, *, title: str, text: str) -> None:
        """Write or replace the entry of a thing."""
        cls.objects.update_or_create(
            kind=thing._meta.model_name or "",
            object_id=thing.pk,
            defaults={"contribution_id": contribution.pk, "title": title, "text": text},
        )

    @classmethod
    def drop(cls, thing: models.Model) -> None:
        cls.objects.filter(kind=thing._meta.model_name or "", object_id=thing.pk).delete()
