"""The parts that every contribution's page shows: comments, files, following, moderation.

Each function gives the context of one partial in `templates/regions/`; a page puts them together.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from regions import rules
from regions.models import Comment, Contribution, Kind, Ruling, State, Visibility
from regions.models.standing import Reader
from regions.paging import page_of

THREADS = 50
AUDIENCES: dict[str, Promise] = {
    Visibility.PUBLIC: gettext_lazy("Everyone can read your comment, also visitors without an account."),
    Visibility.NETWORK: gettext_lazy("Members of all regions and the InnovatieKabinet can read your comment."),
    Visibility.REGION: gettext_lazy("Only members and moderators of this region can read your comment."),
    Visibility.TEAM: gettext_lazy("Only the team and the moderators of this region can read your comment."),
}
WHILE_ASKED = gettext_lazy("Members of the InnovatieKabinet can read it too, while they are asked for feedback.")


def audience_of(contribution: Contribution) -> str:
    """Return who reads a comment on this."""
    is_for_few = contribution.visibility in (Visibility.REGION, Visibility.TEAM)
    asked = f" {WHILE_ASKED}" if is_for_few and contribution.kind == Kind.CHALLENGE else ""
    return f"{AUDIENCES[Visibility(contribution.visibility)]}{asked}"


@dataclass(frozen=True)
class Mark:
    """The button by which who asked says that an answer helped, or did not after all; `seen` is what was marked."""

    url: str
    value: str
    seen: str
    label: str


@dataclass
class Line:
    """One comment as this reader sees it: `gone` stands in its place, `note` above it."""

    comment: Comment
    replies: list["Line"] = field(default_factory=list)
    actions: list[dict[str, str]] = field(default_factory=list)
    gone: str = ""
    note: str = ""
    reply_url: str = ""
    appeal_url: str = ""
    restore_url: str = ""
    has_helped: bool = False
    mark: Mark | None = None
    asked: Ruling | None = None
    may_change: bool = False
    may_end: bool = False


# --- comments -----------------------------------------------------------------------------------------------


def comments_section(person: Reader, contribution: Contribution, page: int = 1) -> dict[str, Any]:
    """`comments` for `regions/_comments.html`; two queries, and one where a moderator hid or asked something."""
    threads = page_of(contribution.comments.threads(), page, THREADS)
    replies = contribution.comments.for_list().filter(parent__in=[thread.pk for thread in threads])
    threads.object_list = _lines(person, contribution, threads, replies)
    return {
        "comments": {
            "page": threads,
            "contribution": contribution,
            "may_write": rules.can_comment(person, contribution),
            "may_sign_in": not isinstance(person, Person) and not contribution.is_closed_for_comments,
            "action": reverse("regions:comment", args=[contribution.pk]),
            "audience": audience_of(contribution),
        }
    }


def _lines(
    person: Reader, contribution: Contribution, threads: Page[Comment], replies: Iterable[Comment]
) -> list[Line]:
    lines = {comment.pk: _line(person, contribution, comment) for comment in [*threads, *replies]}
    _tell_why(person, lines.values())
    _tell_what_is_asked(person, lines.values())
    below: defaultdict[int | None, list[Line]] = defaultdict(list)
    for line in lines.values():
        below[line.comment.parent_id].append(line)
    for line in below[None]:
        line.replies = below[line.comment.pk]
    return below[None]


def _line(person: Reader, contribution: Contribution, comment: Comment) -> Line:
    comment.contribution = contribution
    if comment.state == Comment.State.DELETED:
        return Line(comment, gone=_("This comment was removed by the writer."))
    if comment.state == Comment.State.SHOWN:
        return Line(comment, actions=_actions(person, comment), reply_url=_reply_url(person, comment))
    if not rules.can_read_hidden_comment(person, comment):
        return Line(comment, gone=_("This comment was hidden by a moderator."))
    may_restore = rules.can_moderate(person, contribution)
    restore_url = reverse("regions:comment_restore", args=[comment.pk]) if may_restore else ""
    return Line(
        comment,
        note=_("Hidden by a moderator. Only the writer, the moderators and staff see it."),
        restore_url=restore_url,
    )


def _tell_why(person: Reader, lines: Iterable[Line]) -> None:
    """Add the reason to the notes above hidden comments."""
    hidden = {line.comment.pk: line for line in lines if line.note}
    for ruling in Ruling.objects.why_hidden(hidden):
        line = hidden[ruling.comment_id or 0]
        ruling.comment = line.comment
        line.note = f"{line.note} {ruling.get_reason_display()}. {ruling.words}"
        if ruling.was_appealed and ruling.appeal.answer:
            again = _("Another moderator looked at it, and it stays hidden: %(answer)s")
            line.note = f"{line.note} {again % {'answer': ruling.appeal.answer}}"
        elif rules.can_appeal(person, ruling):
            line.appeal_url = reverse("regions:appeal", args=[ruling.pk])


def _tell_what_is_asked(person: Reader, lines: Iterable[Line]) -> None:
    """Add what a moderator asks to change, for the writer and the moderators."""
    asked = {
        line.comment.pk: line
        for line in lines
        if line.comment.is_asked and rules.can_read_hidden_comment(person, line.comment)
    }
    for ruling in Ruling.objects.unanswered().filter(comment__in=asked) if asked else ():
        line = asked[ruling.comment_id or 0]
        line.asked = ruling
        line.may_change = rules.can_change_comment(person, line.comment)
        line.may_end = rules.can_moderate(person, line.comment.contribution)


def _reply_url(person: Reader, comment: Comment) -> str:
    if not rules.can_comment(person, comment.contribution):
        return ""
    return reverse("regions:comment", args=[comment.contribution_id], query={"op": comment.pk})


def _actions(person: Reader, comment: Comment) -> list[dict[str, str]]:
    """Return the links below a shown comment."""
    is_own = isinstance(person, Person) and comment.author_id == person.pk
    may_moderate = rules.can_moderate(person, comment.contribution) and not is_own
    offered = (
        (rules.can_change_comment(person, comment), _("Edit"), "pencil", "regions:comment_edit"),
        (rules.can_delete_comment(person, comment), _("Delete"), "trash", "regions:comment_delete"),
        (may_moderate and not comment.is_asked, _("Ask for a change"), "help-circle", "regions:comment_ask_change"),
        (rules.can_moderate(person, comment.contribution), _("Hide"), "eye-off", "regions:comment_hide"),
    )
    links = [
        {"label": label, "icon": icon, "url": reverse(name, args=[comment.pk])}
        for may, label, icon, name in offered
        if may
    ]
    if may_moderate:
        links.append({"label": _("Warn"), "icon": "alert-triangle", "url": _about(comment, "regions:warn_about")})
    if rules.can_report(person, comment.contribution) and not is_own:
        links.append({"label": _("Report"), "icon": "flag", "url": _about(comment, "regions:report")})
    return links


def _about(comment: Comment, name: str) -> str:
    """Return a page of the contribution that is about this comment."""
    return reverse(name, args=[comment.contribution_id], query={"reactie": comment.pk})


# --- files, following, moderation ---------------------------------------------------------------------------


def attachments_section(person: Reader, contribution: Contribution) -> dict[str, Any]:
    """`attachments` for `regions/_attachments.html`; one query."""
    return {
        "attachments": {
            "files": list(contribution.attachments.shown()),
            "contribution": contribution,
            "may_change": rules.can_attach(person, contribution),
        }
    }


RHYTHMS: dict[str | None, Promise] = {
    "daily": gettext_lazy("every day"),
    "weekly": gettext_lazy("every week"),
    "monthly": gettext_lazy("every month"),
}
"""How often the overview comes, within a sentence; who is not here gets none."""


def follow_section(person: Reader, contribution: Contribution) -> dict[str, Any]:
    """`follow` for `regions/_follow.html`; one query for who is signed in."""
    follow: dict[str, Any] = {"contribution": contribution, "may": rules.can_follow(person, contribution)}
    if follow["may"] and isinstance(person, Person):
        heard = Contribution.objects.as_heard_by(person).only("pk").get(pk=contribution.pk)
        follow |= {"heard": heard, "rhythm": RHYTHMS.get(heard.mails, "")}
        follow["may_be_quiet"] = not rules.is_owner(person, contribution)
    return {"follow": follow}


def moderation_section(person: Reader, contribution: Contribution) -> dict[str, Any]:
    """`moderation` for `regions/_banner.html` (above the title) and `regions/_moderation.html` (the tools).

    A query only where the contribution is hidden (the ruling that says why), or for its team and moderators (what is
    asked to change).
    """
    is_hidden = contribution.state == State.HIDDEN
    is_owner, may_moderate = rules.is_owner(person, contribution), rules.can_moderate(person, contribution)
    ruling = contribution.rulings.last_hiding() if is_hidden else None
    asked = contribution.rulings.on_itself().asking().first() if is_owner or may_moderate else None
    waits = asked is not None and not asked.changed_at and not asked.is_late
    return {
        "moderation": {
            "contribution": contribution,
            "ruling": ruling,
            "asked": asked,
            "may_change": is_owner and rules.can_edit(person, contribution),
            "may_ask": rules.can_ask_change(person, contribution) and not is_owner and not waits,
            "may_end": may_moderate,
            "may_warn": may_moderate and not is_owner,
            "may_appeal": ruling is not None and rules.can_appeal(person, ruling),
            "may_approve": rules.can_approve(person, contribution),
            "may_hide": rules.can_hide(person, contribution),
            "may_restore": rules.can_restore(person, contribution),
            "may_close": may_moderate and contribution.state == State.PUBLISHED,
            "may_report": rules.can_report(person, contribution) and not is_owner,
        }
    }
