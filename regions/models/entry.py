"""One searchable text of anything; written in the same transaction as the text itself."""

from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from accounts.models import Person
from regions.models.contribution import Contribution

CONFIG = "nl"


class PrefixQuery(SearchQuery):
    """The words that were typed, of which the last may be only a beginning (schuldhulp → schuldhulpverlening)."""

    def __init__(self, words: str) -> None:
        stems = [word for word in "".join(c if c.isalnum() else " " for c in words).split() if word]
        super().__init__(" & ".join(f"{word}:*" for word in stems[:12]), search_type="raw", config=CONFIG)


class EntryQuerySet(models.QuerySet["Entry"]):
    def visible_to(self, person: Person | None) -> Self:
        return self.filter(contribution__in=Contribution.objects.visible_to(person))

    def matching(self, words: str) -> Self:
        """Keep what holds these words, a longer word that starts with one of them, or a title that looks like them."""
        exact = SearchQuery(words, search_type="websearch", config=CONFIG)
        found = Q(vector=exact) | Q(title__trigram_word_similar=words)
        if any(c.isalnum() for c in words):
            found |= Q(vector=PrefixQuery(words))
        return self.filter(found)

    def search(self, words: str) -> Self:
        """Keep what matches, best first."""
        exact = SearchQuery(words, search_type="websearch", config=CONFIG)
        rank = SearchRank(F("vector"), exact)
        return (
            self.matching(words)
            .annotate(rank=Greatest(rank, 0.0))
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
