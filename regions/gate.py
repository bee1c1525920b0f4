"""The one way by which a view gets a contribution: seen or 404, allowed or 403."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404

from regions.models import Comment, Contribution, ContributionQuerySet
from regions.models.standing import Reader

M = TypeVar("M", bound=Contribution)
Predicate = Callable[[Reader, Any], bool]


def fetch(contributions: ContributionQuerySet[M], person: Reader, pk: int, *, may: Predicate | None = None) -> M:
    """Return the contribution with this id. Raises Http404 for an unseen one, PermissionDenied when `may` says no."""
    found = contributions.visible_to(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    allow(person, found, may)
    return found


def fetch_comment(person: Reader, pk: int) -> Comment:
    """Return a comment under a contribution that this person sees. Raises Http404."""
    comment = Comment.objects.select_related("author", "parent").filter(pk=pk).first()
    if comment is None:
        raise Http404
    comment.contribution = fetch(Contribution.objects.all(), person, comment.contribution_id)
    return comment


def allow(person: Reader, thing: Any, may: Predicate | None) -> None:
    """Raise PermissionDenied when `may` says no."""
    if may is not None and not may(person, thing):
        raise PermissionDenied
