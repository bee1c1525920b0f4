"""The words of one line: who did what, and the text that came with it where this person may read it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from challenges.models import Challenge, Offer
from challenges.rules import Stage, can_read_answer, can_read_backer, can_read_note, can_read_reviews
from regions.models import Contribution, Event, Meeting, Membership, Post, Verb
from regions.models.report import How
from regions.models.standing import standing_of
from regions.text import plain

LENGTH = 280
"""So many characters of a text are told; the rest is on the site."""
_plain = lru_cache(maxsize=256)(plain)
"""Remembered: the same text goes to all who follow it."""


@dataclass(frozen=True)
class Seen:
    """An event as one person sees it: with what it is on (as its kind), and what it is about."""

    person: Person
    event: Event
    contribution: Contribution | None
    about: Any

    @property
    def who(self) -> str:
        """Return who did it; of someone who joins or leaves a team, that person."""
        is_theirs = self.event.verb in (Verb.JOINED_TEAM, Verb.LEFT_TEAM) and not self.is_about_me
        return str(self.event.subject) if is_theirs and self.event.subject else self.event.actor_told

    @property
    def is_about_me(self) -> bool:
        return self.event.subject_id == self.person.pk


ABOUT_ME = {
    Verb.ASSIGNED: gettext_lazy("asks for your feedback"),
    Verb.UNASSIGNED: gettext_lazy("no longer asks for your feedback"),
    Verb.REMINDED: gettext_lazy("reminds you to give your feedback"),
    Verb.OFFERED: gettext_lazy("noted what you offered in a session of the InnovatieKabinet"),
    Verb.OFFER_ACCEPTED: gettext_lazy("accepted your offer"),
    Verb.OFFER_DECLINED: gettext_lazy("declined your offer"),
    Verb.OFFER_HAPPENED: gettext_lazy("told what came of your offer"),
    Verb.OFFER_LAPSED: gettext_lazy("closed your offer"),
    Verb.OFFER_REMINDED: gettext_lazy("asks what came of your offer"),
    Verb.OFFER_BACKED: gettext_lazy("confirmed the backing that you offered"),
    Verb.POINT_ANSWERED: gettext_lazy("answered your point"),
    Verb.REMARKED: gettext_lazy("responded to your feedback"),
    Verb.JOINED_TEAM: gettext_lazy("took you into the team"),
    Verb.LEFT_TEAM: gettext_lazy("took you out of the team"),
    Verb.HANDED_OVER: gettext_lazy("handed this over to you"),
    Verb.HELPED: gettext_lazy("says that your answer helped"),
    Verb.APPROVED: gettext_lazy("looked at what you posted and published it"),
    Verb.CLAIMED: gettext_lazy("is the author now of what you posted on behalf of them"),
    Verb.CLAIM_REFUSED: gettext_lazy("got the answer that what you posted is not theirs: you stay the author"),
    Verb.CLAIM_WITHDRAWN: gettext_lazy("took back the question that you asked, to become the author"),
    Verb.APPROVAL_UNDONE: gettext_lazy("took back the publication of what you posted, and looks at it once more"),
    Verb.COMMENT_ASKED: gettext_lazy("asks you to change your comment"),
    Verb.CHANGE_ACCEPTED: gettext_lazy("looked at your change and left it so"),
    Verb.CHANGE_WITHDRAWN: gettext_lazy("took back the question to change your comment"),
    Verb.COMMENT_HIDDEN: gettext_lazy("hid your comment"),
    Verb.COMMENT_RESTORED: gettext_lazy("put your comment back"),
    Verb.APPEAL_DECIDED: gettext_lazy("looked at it anew and left it hidden"),
    Verb.REPORT_ANSWERED: gettext_lazy("dealt with your report"),
    Verb.REPORT_REOPENED: gettext_lazy("looks at your report once more: it was closed by mistake"),
    Verb.LET_IN: gettext_lazy("let you into this region"),
    Verb.LET_IN_UNDONE: gettext_lazy("let you in by mistake: your request to join waits again"),
    Verb.NOT_LET_IN: gettext_lazy("did not let you into this region"),
    Verb.AGREED: gettext_lazy("noted what you will do"),
    Verb.MOVED_UP: gettext_lazy("has a place for you: you can come"),
    Verb.WARNED: gettext_lazy("warned you in this region"),
    Verb.SUSPENDED: gettext_lazy("suspended you in this region"),
    Verb.READMITTED: gettext_lazy("ended your suspension in this region"),
    Verb.EXPORT_READY: gettext_lazy("put everything of this region in one file for you"),
}


def label(seen: Seen) -> str:
    """Return what was done, as it follows the name of who did it."""
    if seen.is_about_me and seen.event.verb in ABOUT_ME and not seen.event.said_why:
        return str(ABOUT_ME[Verb(seen.event.verb)])
    if seen.event.verb == Verb.COMMENTED and seen.about.parent and seen.about.parent.author_id == seen.person.pk:
        return _("answered your comment")
    if seen.event.verb == Verb.COMMENTED and f"@{seen.person.name}".lower() in seen.about.text.lower():
        return _("named you in a comment")
    done = seen.event.said_of(seen.contribution.kinds if seen.contribution else ())
    more = DETAILS.get(seen.event.verb)
    return f"{done}: {more(seen)}" if more else done


def text(seen: Seen) -> str:
    """Return the text itself, shortened to plain text; empty where there is none for this person."""
    words = TEXTS.get(seen.event.verb)
    return plain(words(seen), LENGTH) if words else ""


def note(seen: Seen) -> str:
    """Return the note to the team that came with feedback, for who may read it."""
    if seen.event.verb != Verb.REVIEWED or not seen.about.note or not can_read_note(seen.person, seen.about):
        return ""
    return plain(seen.about.note, LENGTH)


def _path_of(seen: Seen) -> str:
    return f"{Stage(seen.about.source).label} → {Stage(seen.about.target).label}"


DETAILS: dict[str, Callable[[Seen], str]] = {
    Verb.MOVED: _path_of,
    Verb.PROTOTYPED: lambda seen: seen.about.label,
    Verb.OFFERED: lambda seen: seen.about.get_kind_display(),
    Verb.OFFER_WITHDRAWN: lambda seen: seen.about.get_kind_display(),
    Verb.OFFER_REMINDED: lambda seen: f"{seen.about.get_kind_display()} ({seen.about.person.name})",
    Verb.ATTACHED: lambda seen: str(seen.about),
    Verb.NEW_EDITION: lambda seen: _("version %(number)s") % {"number": seen.about.number},
    Verb.REPORTED: lambda seen: seen.about.get_reason_display(),
    Verb.REGION_WISHED: lambda seen: str(seen.about.municipality),
}


def _offer(seen: Seen, words: str) -> str:
    """Return words of an offer for who may read the offer (`Offer.objects.on`)."""
    on = seen.contribution
    may = isinstance(on, Challenge) and Offer.objects.on(on, seen.person).filter(pk=seen.about.pk).exists()
    return words if may else ""


def _answer(seen: Seen) -> str:
    """Return what the team answered: between them and who offered, since it may say how to reach each other."""
    if isinstance(seen.contribution, Challenge):
        seen.about.challenge = seen.contribution
    return seen.about.answer if can_read_answer(seen.person, seen.about) else ""


def _backer(seen: Seen) -> str:
    """Return who decides, for who may read that."""
    if isinstance(seen.contribution, Challenge):
        seen.about.challenge = seen.contribution
    return f"{seen.about.backer_name}, {seen.about.backer_function}" if can_read_backer(seen.person, seen.about) else ""


def _feedback(seen: Seen, words: str) -> str:
    on = seen.contribution
    return words if isinstance(on, Challenge) and can_read_reviews(seen.person, on) else ""


def _asked_by_name(seen: Seen) -> str:
    """Return before when, and what the team wants to know."""
    due = seen.about.due_on
    until = _("Please answer before %(day)s.") % {"day": date_format(due, "j F Y")} if due else ""
    return " ".join(part for part in (until, seen.about.asking.words) if part)


def _why_recused(seen: Seen) -> str:
    """Return why a member leaves it to others: that is between them and the secretary."""
    return seen.about.words if standing_of(seen.person).is_secretary else ""


def _ruling(seen: Seen) -> str:
    """Return why, of a ruling on a text, a warning or a suspension (an old one has its words with the membership)."""
    if isinstance(seen.about, Membership):
        return ""
    return ". ".join(part for part in (seen.about.get_reason_display(), seen.about.words) if part)


def _question(seen: Seen) -> str:
    """Return what is asked to change, and by when."""
    until = _("Please do so before %(day)s.") % {"day": date_format(timezone.localtime(seen.about.due_at), "j F Y")}
    return f"{until} {_ruling(seen)}"


def _how(seen: Seen) -> str:
    """Return what was done with a report, and about what, where this person still sees that."""
    done = str(How(seen.event.data["how"]).label)
    about = Contribution.objects.visible_to(seen.person).filter(pk=seen.about.contribution_id).first()
    return f"“{about}”: {done}" if about else done


def _lead(seen: Seen) -> str:
    """Return the first words; of a text in Markdown that itself, of which no more is read than is told."""
    on = seen.contribution
    if isinstance(on, Meeting):
        return on.intro
    return on.words if isinstance(on, Post) else on.lead if on else ""


def _agreement(seen: Seen) -> str:
    who, day = seen.about.owner, date_format(seen.about.due_on)
    return _("%(words)s (%(who)s, ready on %(day)s)") % {"words": seen.about.words, "who": who, "day": day}


def _when(seen: Seen) -> str:
    """Return when and where a meeting is."""
    meeting = seen.contribution
    if not isinstance(meeting, Meeting):
        return ""
    starts = date_format(timezone.localtime(meeting.starts_at), "j F Y, H:i")
    why = meeting.why_cancelled if seen.event.verb == Verb.MEETING_CANCELLED else ""
    return ". ".join(part for part in (starts, meeting.place, why) if part)


def _discussed(seen: Seen) -> str:
    """Return which meeting it was, for who may read that."""
    may = Meeting.objects.visible_to(seen.person).filter(pk=seen.about.pk).exists()
    return str(seen.about.title) if may else ""


TEXTS: dict[str, Callable[[Seen], str]] = {
    Verb.SUBMITTED: _lead,
    Verb.PUBLISHED: _lead,
    Verb.COMMENTED: lambda seen: seen.about.text,
    Verb.HELPED: lambda seen: seen.about.text,
    Verb.NEW_EDITION: lambda seen: seen.about.news,
    Verb.MOVED: lambda seen: seen.about.note,
    Verb.GOES_ON: lambda seen: seen.about.note,
    Verb.PROTOTYPED: lambda seen: seen.about.what,
    Verb.TESTED: lambda seen: seen.about.learned,
    Verb.OFFERED: lambda seen: _offer(seen, seen.about.words),
    Verb.OFFER_ACCEPTED: _answer,
    Verb.OFFER_DECLINED: _answer,
    Verb.OFFER_HAPPENED: lambda seen: _offer(seen, seen.about.outcome),
    Verb.OFFER_LAPSED: lambda seen: _offer(seen, seen.about.outcome),
    Verb.OFFER_WITHDRAWN: lambda seen: _offer(seen, seen.about.outcome),
    Verb.OFFER_REMINDED: lambda seen: _offer(seen, seen.about.words),
    Verb.OFFER_BACKED: _backer,
    Verb.ASKED_REVIEW: lambda seen: seen.about.words,
    Verb.ASSIGNED: _asked_by_name,
    Verb.REMINDED: _asked_by_name,
    Verb.RECUSED: _why_recused,
    Verb.REVIEWED: lambda seen: _feedback(seen, seen.about.answer),
    Verb.POINT_ANSWERED: lambda seen: _feedback(seen, f"{seen.about.get_state_display()}. {seen.about.answer}"),
    Verb.POINT_ASKED_ON: lambda seen: _feedback(seen, seen.about.words),
    Verb.REMARKED: lambda seen: _feedback(seen, seen.about.words),
    Verb.REFLECTED: lambda seen: seen.contribution.reflection if isinstance(seen.contribution, Challenge) else "",
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
    Verb.MOVED_UP: _when,
    Verb.MEETING_MOVED: _when,
    Verb.MEETING_CANCELLED: _when,
    Verb.MEETING_CLOSED: lambda seen: seen.contribution.minutes if isinstance(seen.contribution, Meeting) else "",
    Verb.DISCUSSED: _discussed,
    Verb.AGREED: _agreement,
    Verb.AGREEMENT_DONE: _agreement,
    Verb.CHANGE_ASKED: _question,
    Verb.COMMENT_ASKED: _question,
    Verb.REPORT_ANSWERED: _how,
}
