"""What someone made quiet, or what was hidden, is no news: the one place that says which notices that are."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from accounts.models import Person
from regions.models import Contribution, Notice, Quiet
from regions.models.contribution import READABLE

HUSHED = (Notice.Reason.FOLLOW, Notice.Reason.REGION, Notice.Reason.THEME)
"""The reasons that quiet takes away; what waits on someone, is about them or is their own comes all the same."""


_ON = Q(contribution=OuterRef("event__contribution")) | Q(region=OuterRef("event__contribution__region"))
_MADE = Quiet.objects.filter(_ON, person=OuterRef("person"))
# The second condition on the key adds nothing, but for that no contribution is read that is not asked for.
_IT = {"pk": OuterRef("event__contribution"), "pk__gte": OuterRef("event__contribution")}
_HIDDEN = Contribution.objects.exclude(state__in=READABLE).filter(**_IT)
QUIET = Q(reason__in=HUSHED) & (Q(Exists(_MADE)) | Q(Exists(_HIDDEN)))
"""Which notices are of what their person made quiet, by itself or with its region of now.

And of what was hidden: a moderator reads it still, but it is no news.
"""


def quiet_among(person: Person, contributions: Collection[Contribution]) -> set[int]:
    """Say the same of what is at hand: return which of these, by id, are no news by one of the reasons in HUSHED."""
    if not contributions:
        return set()
    hidden = {one.pk for one in contributions if one.state not in READABLE}
    return hidden | Quiet.objects.of_these(person, contributions)
