"""Pages of a list that may be long: counting stops at a thousand, so no page grows with the network."""

from functools import cached_property

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Page, Paginator
from django.db.models import Func, IntegerField

from challenges.models import Challenge, ChallengeQuerySet

MOST = 1_000
PER_PAGE = 18
LAST = MOST // PER_PAGE + 1


class Pages(Paginator[Challenge]):
    """Pages over a list of challenges; `is_more` tells that there are more than are counted.

    `is_whole` says that nothing is filtered away: then it is counted along the index that the list walks, as the
    database would else join all challenges before it counts the first.
    """

    def __init__(self, challenges: ChallengeQuerySet, *, is_whole: bool = False) -> None:
        super().__init__(challenges, PER_PAGE)
        self.challenges = challenges
        self.counted = challenges.order_by(*(("-last_activity_at", "-pk") if is_whole else ()))[: MOST + 1]

    @cached_property
    def count(self) -> int:
        return self.counted.count()

    @property
    def is_more(self) -> bool:
        return self.count > MOST

    def page_of(self, number: int) -> Page[Challenge]:
        """Return a page and count along, in one query; beyond the last page it is the last one."""
        start = (min(number, LAST) - 1) * PER_PAGE
        ids = ArraySubquery(self.counted.values("pk"))
        total = Func(ids, function="cardinality", output_field=IntegerField())
        rows = list(self.challenges.annotate(total=total)[start : start + PER_PAGE])
        if not rows and number > 1:
            return self.get_page(number)
        self.count = int(getattr(rows[0], "total", 0)) if rows else 0
        return Page(rows, min(number, LAST), self)
