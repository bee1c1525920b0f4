"""What someone made quiet is not told to them: the one place that says which notices that are."""

from django.db.models import Exists, OuterRef, Q

from regions.models import Notice, Quiet

HUSHED = (Notice.Reason.FOLLOW, Notice.Reason.REGION, Notice.Reason.THEME)
"""The reasons that quiet takes away; what waits on someone, is about them or is their own comes all the same."""


_ON = Q(contribution=OuterRef("event__contribution")) | Q(region=OuterRef("event__contribution__region"))
QUIET = Q(reason__in=HUSHED) & Q(Exists(Quiet.objects.filter(_ON, person=OuterRef("person"))))
"""Which notices are of what their person made quiet, by itself or with its region of now."""
