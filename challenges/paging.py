"""Pages of a list that may be long: counting stops at a thousand, so no page grows with the network."""

from functools import cached_property

from django.core.paginator import Paginator

from challenges.models import Challenge, ChallengeQuerySet

MOST = 1_000
PER_PAGE = 18


class Pages(Paginator[Challenge]):
    """Pages over a list of challenges; `is_more` tells that there are more than are counted."""

    def __init__(self, challenges: ChallengeQuerySet) -> None:
        super().__init__(challenges, PER_PAGE)
        self.challenges = challenges

    @cached_property
    def count(self) -> int:
        return self.challenges.order_by()[: MOST + 1].count()

    @property
    def is_more(self) -> bool:
        return self.count > MOST
