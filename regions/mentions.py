"""Who is named in a comment: `@` and the whole name, as it stands on the site."""

import re
from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from accounts.models import Person
from regions.models import Comment, Involvement, Membership

MOST = 10
"""So many people can be named in one comment."""
WORDS = 8
"""A name of more words is not found."""

_AT = re.compile(r"(?<![\w@.+-])@(?=\w)")
_ENDS = ".,;:!?)*_\"'”’"


def mentioned(comment: Comment) -> QuerySet[Person]:
    """Return who is named: members of the region, and who takes part in what it is about.

    The longest name counts: “@Anna de Vries” names no Anna. Of two people of one name both are meant.
    """
    readings = list(_readings(comment.text))
    if not readings:
        return Person.objects.none()
    wanted = {name for reading in readings for name in reading}
    known = _near(comment).annotate(called=Lower("name")).filter(called__in=wanted)
    names = set(known.values_list("called", flat=True))
    meant = {next((name for name in reading if name in names), None) for reading in readings}
    return known.filter(called__in=meant - {None})


def _near(comment: Comment) -> QuerySet[Person]:
    """Return the people who can be named. Whether each may read it is asked where it is told."""
    on = comment.contribution_id
    members = Membership.objects.active().filter(region=comment.contribution.region_id).values("person")
    involved = Involvement.objects.current().filter(contribution=on).values("person")
    writers = Comment.objects.shown().filter(contribution=on).values("author")
    return Person.objects.filter(Q(pk__in=members) | Q(pk__in=involved) | Q(pk__in=writers), is_active=True)


def _readings(text: str) -> Iterator[list[str]]:
    """Yield for each sign what name may follow it, the longest first, in small letters."""
    for found in list(_AT.finditer(text))[:MOST]:
        words = text[found.end() : found.end() + 200].split("\n", 1)[0].split()[:WORDS]
        yield [" ".join(words[:number]).rstrip(_ENDS).lower() for number in range(len(words), 0, -1)]
