"""The words of one line: who did what, and the text that came with it where this person may read it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from challenges.models import Challenge, Offer
from challenges.rules import Stage, can_read_answer, can_read_note, can_read_reviews
from regions.models import Contribution, Event, Membership, Verb
from regions.models.report import How
from regions.text import plain

LENGTH = 280
"""So many characters of a text are told; the rest is on the site."""


@dataclass(frozen=True)
class Seen:
    """An event as one person sees it: with its challenge, and what it is about."""

    person: Person
    event: Event
    challenge: Challenge | None
    about: Any

    @property
    def who(self) -> str:
        """Return who did it; of someone who joins or leaves a team, that person."""
        is_theirs = self.event.verb in (Verb.JOINED_TEAM, Verb.LEFT_TEAM) and not self.is_about_me
        person = self.event.subject if is_theirs and self.event.subject else self.event.actor
        if person is None and self.event.verb == Verb.REPORTED:
            return _("A visitor")
        return str(person) if person else "Initiate"

    @property
    def is_about_me(self) -> bool:
        return self.event.subject_id == self.person.pk


ABOUT_ME = {
    Verb.OFFER_ACCEPTED: gettext_lazy("accepted your offer"),
    Verb.OFFER_DECLINED: gettext_lazy("declined your offer"),
    Verb.OFFER_HAPPENED: gettext_lazy("told what came of your offer"),
    Verb.OFFER_LAPSED: gettext_lazy("closed your offer"),
    Verb.POINT_ANSWERED: gettext_lazy("answered your point"),
    Verb.JOINED_TEAM: gettext_lazy("took you into the team"),
    Verb.LEFT_TEAM: gettext_lazy("took you out of the team"),
    Verb.HANDED_OVER: gettext_lazy("handed this over to you"),
    Verb.APPROVED: gettext_lazy("looked at your challenge and published it"),
    Verb.APPROVAL_UNDONE: gettext_lazy("took back the publication of your challenge, and looks at it once more"),
    Verb.COMMENT_ASKED: gettext_lazy("asks you to change your comment"),
    Verb.CHANGE_ACCEPTED: gettext_lazy("looked at your change and left it so"),
    Verb.CHANGE_WITHDRAWN: gettext_lazy("took back the question to change your comment"),
    Verb.COMMENT_HIDDEN: gettext_lazy("hid your comment"),
    Verb.COMMENT_RESTORED: gettext_lazy("put your comment back"),
    Verb.APPEAL_DECIDED: gettext_lazy("looked at it anew and left it hidden"),
    Verb.REPORT_ANSWERED: gettext_lazy("dealt with your report"),
    Verb.REPORT_REOPENED: gettext_lazy("looks at your report once more: it was closed by mistake"),
    Verb.LET_IN: gettext_lazy("let you into this region"),
    Verb.LET_IN_UNDONE: gettext_lazy("let you in by mistake: your question to join waits again"),
    Verb.NOT_LET_IN: gettext_lazy("did not let you into this region"),
    Verb.WARNED: gettext_lazy("warned you in this region"),
    Verb.SUSPENDED: gettext_lazy("suspended you in this region"),
    Verb.READMITTED: gettext_lazy("ended your suspension in this region"),
}


def label(seen: Seen) -> str:
    """Return what was done, as it follows the name of who did it."""
    if seen.is_about_me and seen.event.verb in ABOUT_ME:
        return str(ABOUT_ME[Verb(seen.event.verb)])
    if seen.event.verb == Verb.COMMENTED and seen.about.parent and seen.about.parent.author_id == seen.person.pk:
        return _("answered your comment")
    done = str(seen.event.get_verb_display())
    more = DETAILS.get(seen.event.verb)
    return f"{done}: {more(seen)}" if more else done


def text(seen: Seen) -> str:
    """Return the text itself, shortened to plain text; empty where there is none for this person."""
    words = TEXTS.get(seen.event.verb)
    return plain(words(seen)[: 4 * LENGTH], LENGTH) if words else ""


def note(seen: Seen) -> str:
    """Return the note to the team that came with feedback, for who may read it."""
    if seen.event.verb != Verb.REVIEWED or not seen.about.note or not can_read_note(seen.person, seen.about):
        return ""
    return plain(seen.about.note[: 4 * LENGTH], LENGTH)


def _path_of(seen: Seen) -> str:
    return f"{Stage(seen.about.source).label} → {Stage(seen.about.target).label}"


DETAILS: dict[str, Callable[[Seen], str]] = {
    Verb.MOVED: _path_of,
    Verb.PROTOTYPED: lambda seen: seen.about.label,
    Verb.OFFERED: lambda seen: seen.about.get_kind_display(),
    Verb.ATTACHED: lambda seen: str(seen.about),
    Verb.REPORTED: lambda seen: seen.about.get_reason_display(),
    Verb.REGION_WISHED: lambda seen: str(seen.about.municipality),
}


def _offer(seen: Seen, words: str) -> str:
    """Return words of an offer for who may read the offer (`Offer.objects.on`)."""
    may = seen.challenge and Offer.objects.on(seen.challenge, seen.person).filter(pk=seen.about.pk).exists()
    return words if may else ""


def _answer(seen: Seen) -> str:
    """Return what the team answered: between them and who offered, since it may say how to reach each other."""
    if seen.challenge:
        seen.about.challenge = seen.challenge
    return seen.about.answer if can_read_answer(seen.person, seen.about) else ""


def _feedback(seen: Seen, words: str) -> str:
    return words if seen.challenge and can_read_reviews(seen.person, seen.challenge) else ""


def _ruling(seen: Seen) -> str:
    """Return why, of a ruling on a text, a warning or a suspension (an old one has its words with the membership)."""
    if isinstance(seen.about, Membership):
        return ""
    return ". ".join(part for part in (seen.about.get_reason_display(), seen.about.words) if part)


def _question(seen: Seen) -> str:
    """Return what is asked to change, and by when."""
    until = _("Please do so before %(day)s.") % {"day": date_format(localtime(seen.about.due_at), "j F Y")}
    return f"{until} {_ruling(seen)}"


def _how(seen: Seen) -> str:
    """Return what was done with a report, and about what, where this person still sees that."""
    done = str(How(seen.event.data["how"]).label)
    about = Contribution.objects.visible_to(seen.person).filter(pk=seen.about.contribution_id).first()
    return f"“{about}”: {done}" if about else done


TEXTS: dict[str, Callable[[Seen], str]] = {
    Verb.SUBMITTED: lambda seen: seen.challenge.summary if seen.challenge else "",
    Verb.PUBLISHED: lambda seen: seen.challenge.summary if seen.challenge else "",
    Verb.COMMENTED: lambda seen: seen.about.text,
    Verb.MOVED: lambda seen: seen.about.note,
    Verb.PROTOTYPED: lambda seen: seen.about.what,
    Verb.TESTED: lambda seen: seen.about.learned,
    Verb.OFFERED: lambda seen: _offer(seen, seen.about.words),
    Verb.OFFER_ACCEPTED: _answer,
    Verb.OFFER_DECLINED: _answer,
    Verb.OFFER_HAPPENED: lambda seen: _offer(seen, seen.about.outcome),
    Verb.OFFER_LAPSED: lambda seen: _offer(seen, seen.about.outcome),
    Verb.ASKED_REVIEW: lambda seen: seen.about.words,
    Verb.REVIEWED: lambda seen: _feedback(seen, seen.about.answer),
    Verb.POINT_ANSWERED: lambda seen: _feedback(seen, f"{seen.about.get_state_display()}. {seen.about.answer}"),
    Verb.REFLECTED: lambda seen: seen.challenge.reflection if seen.challenge else "",
    Verb.BOARD_DECIDED: lambda seen: seen.about.words,
    Verb.HIDDEN: _ruling,
    Verb.RESTORED: _ruling,
    Verb.COMMENTS_CLOSED: _ruling,
    Verb.COMMENT_HIDDEN: _ruling,
    Verb.COMMENT_RESTORED: _ruling,
    Verb.REPORTED: lambda seen: seen.about.words,
    Verb.APPEALED: lambda seen: seen.about.words,
    Verb.APPEAL_DECIDED: lambda seen: seen.about.answer,
    Verb.ASKED_TO_JOIN: lambda seen: seen.about.motivation,
    Verb.LET_IN: lambda seen: seen.about.answer,
    Verb.NOT_LET_IN: lambda seen: seen.about.answer,
    Verb.REGION_WISHED: lambda seen: seen.about.words,
    Verb.WARNED: _ruling,
    Verb.SUSPENDED: _ruling,
    Verb.CHANGE_ASKED: _question,
    Verb.COMMENT_ASKED: _question,
    Verb.REPORT_ANSWERED: _how,
}
