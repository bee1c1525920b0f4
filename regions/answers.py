"""Which answer helped: shown on top, marked below, and, for who asked, a button at each answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from regions import rules
from regions.models import Comment, Post
from regions.models.standing import Reader
from regions.sections import Line, Mark


def answer_section(person: Reader, post: Post, lines: Iterable[Line]) -> dict[str, Any]:
    """`answer`: the comment that helped, for the top of the page; the lines of the comments are marked along."""
    helped = post.answer
    url = reverse("regions:post_answer", args=[post.pk, post.slug])
    for line in _all(lines):
        line.has_helped = helped is not None and line.comment.pk == helped.pk
        if line.comment.state == Comment.State.SHOWN and rules.can_mark_answer(person, post):
            value = "" if line.has_helped else str(line.comment.pk)
            label = _("This did not help after all") if line.has_helped else _("This answer helped me")
            line.mark = Mark(url, value, str(post.helped_id or ""), label)
    return {"answer": helped}


def _all(lines: Iterable[Line]) -> Iterator[Line]:
    for line in lines:
        yield line
        yield from line.replies
