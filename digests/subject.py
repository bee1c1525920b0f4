"""The subject of an overview or a mail at once: what is in it, the most pressing first."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from digests.items import Group
from regions.models import Kind, Notice, Sort, Verb

NAMED = 3
"""So many things are named; the mail tells the rest."""

Reason = Notice.Reason


@dataclass(frozen=True)
class Topic:
    """Things of one sort, with their words by number; of one kind (or the sort of a post) and with one of `reasons`,
    where these are given.

    The words may name the `title` of the first.
    """

    verbs: frozenset[str]
    words: Promise
    reasons: frozenset[str] = frozenset(Reason.values)
    kind: str = ""
    by_group: bool = False
    with_place: bool = False

    def said(self, groups: list[Group]) -> str:
        """Return for example “3 new challenges in Utrecht”; empty where there is none."""
        hits = [
            group
            for group in groups
            for item in group.items
            if item.verb in self.verbs and item.notice.reason in self.reasons and {self.kind} <= {"", *item.kinds}
        ]
        if not hits:
            return ""
        count = len({id(group) for group in hits}) if self.by_group else len(hits)
        said = str(self.words % {"count": count, "title": hits[0].title})
        places = {group.place for group in hits}
        if self.with_place and len(places) == 1:
            return _("%(things)s in %(place)s") % {"things": said, "place": places.pop()}
        return said


ANSWERS = frozenset(
    {
        Verb.OFFER_ACCEPTED,
        Verb.OFFER_DECLINED,
        Verb.OFFER_HAPPENED,
        Verb.OFFER_LAPSED,
        Verb.OFFER_BACKED,
        Verb.POINT_ANSWERED,
    }
)
WAITS = frozenset({Reason.WAITS})
ABOUT = frozenset({Reason.ABOUT})

TOPICS = (
    Topic(
        frozenset({Verb.ASKED_TO_JOIN}),
        ngettext_lazy("%(count)d request to join", "%(count)d requests to join", "count"),
        WAITS,
    ),
    Topic(frozenset({Verb.REPORTED}), ngettext_lazy("%(count)d report", "%(count)d reports", "count"), WAITS),
    Topic(
        frozenset({Verb.ASKED_REVIEW, Verb.ASSIGNED, Verb.REMINDED}),
        ngettext_lazy("%(count)d request for feedback", "%(count)d requests for feedback", "count"),
        WAITS,
        by_group=True,
    ),
    Topic(frozenset({Verb.AGREED}), ngettext_lazy("%(count)d agreement", "%(count)d agreements", "count"), WAITS),
    Topic(
        frozenset({Verb.MEETING_CANCELLED}),
        ngettext_lazy("“%(title)s” is cancelled", "%(count)d meetings are cancelled", "count"),
        ABOUT,
        by_group=True,
    ),
    Topic(
        frozenset({Verb.MEETING_MOVED}),
        ngettext_lazy("“%(title)s” was changed", "%(count)d meetings were changed", "count"),
        ABOUT,
        by_group=True,
    ),
    Topic(
        frozenset({Verb.LET_IN}),
        ngettext_lazy("you are let in to %(title)s", "you are let in to %(count)d regions", "count"),
        ABOUT,
        by_group=True,
    ),
    Topic(
        frozenset({Verb.OFFERED}),
        ngettext_lazy("%(count)d offer of help", "%(count)d offers of help", "count"),
        WAITS,
    ),
    Topic(
        frozenset({Verb.OFFER_REMINDED}),
        ngettext_lazy("%(count)d offer that waits on you", "%(count)d offers that wait on you", "count"),
        WAITS,
    ),
    Topic(
        frozenset({Verb.WARNED_SILENT}),
        ngettext_lazy("does “%(title)s” still go on?", "do %(count)d of your challenges still go on?", "count"),
        WAITS,
        by_group=True,
    ),
    Topic(
        frozenset({Verb.REVIEWED}),
        ngettext_lazy("feedback on your challenge", "feedback on %(count)d of your challenges", "count"),
        frozenset({Reason.WAITS, Reason.OWN}),
        by_group=True,
    ),
    Topic(
        frozenset({Verb.POINT_ASKED_ON}),
        ngettext_lazy("%(count)d question about your answer", "%(count)d questions about your answers", "count"),
        WAITS,
    ),
    Topic(ANSWERS, ngettext_lazy("%(count)d answer to you", "%(count)d answers to you", "count"), ABOUT),
    Topic(
        frozenset({Verb.REMARKED}),
        ngettext_lazy("%(count)d response to your feedback", "%(count)d responses to your feedback", "count"),
        ABOUT,
    ),
    Topic(
        frozenset({Verb.PUBLISHED}),
        ngettext_lazy("%(count)d new challenge", "%(count)d new challenges", "count"),
        kind=Kind.CHALLENGE,
        with_place=True,
    ),
    Topic(
        frozenset({Verb.PUBLISHED}),
        ngettext_lazy("%(count)d new meeting", "%(count)d new meetings", "count"),
        kind=Kind.MEETING,
        with_place=True,
    ),
    Topic(
        frozenset({Verb.HELPED}),
        ngettext_lazy("your answer helped", "%(count)d of your answers helped", "count"),
        ABOUT,
    ),
    Topic(
        frozenset({Verb.PUBLISHED}),
        ngettext_lazy("%(count)d new question", "%(count)d new questions", "count"),
        kind=Sort.QUESTION,
        with_place=True,
    ),
    Topic(
        frozenset({Verb.PUBLISHED}),
        ngettext_lazy("%(count)d announcement", "%(count)d announcements", "count"),
        kind=Sort.ANNOUNCEMENT,
        with_place=True,
    ),
    Topic(
        frozenset({Verb.PUBLISHED}),
        ngettext_lazy("%(count)d new document", "%(count)d new documents", "count"),
        kind=Kind.DOCUMENT,
        with_place=True,
    ),
    Topic(
        frozenset({Verb.NEW_EDITION}),
        ngettext_lazy("a new version of a document", "new versions of %(count)d documents", "count"),
        by_group=True,
    ),
    Topic(frozenset({Verb.COMMENTED}), ngettext_lazy("%(count)d comment", "%(count)d comments", "count")),
    Topic(frozenset({Verb.PROTOTYPED}), ngettext_lazy("%(count)d new prototype", "%(count)d new prototypes", "count")),
    Topic(frozenset({Verb.TESTED}), ngettext_lazy("%(count)d test round", "%(count)d test rounds", "count")),
    Topic(
        frozenset({Verb.MOVED}),
        ngettext_lazy("%(count)d challenge in a new stage", "%(count)d challenges in a new stage", "count"),
        by_group=True,
    ),
)
"""What a subject can name, in this order."""


def subject_of(groups: list[Group]) -> str:
    """Return for example “2 requests to join, 3 new challenges in Utrecht, 1 comment”."""
    named = [said for topic in TOPICS if (said := topic.said(groups))]
    subject = ", ".join(named[:NAMED]) or _rest(groups)
    return subject[:1].upper() + subject[1:]


def subject_at_once(groups: list[Group]) -> str:
    """Return the subject of a mail at once: of one thing all that can be said, for example “Bram answered your comment:
    Help with debts”.
    """
    items = [item for group in groups for item in group.items]
    return f"{items[0].who} {items[0].what}: {groups[0].title}" if len(items) == 1 else subject_of(groups)


def _rest(groups: list[Group]) -> str:
    if not groups:
        return ""
    count = sum(len(group.items) for group in groups)
    words = ngettext("%(count)d update on “%(title)s”", "%(count)d updates, the first on “%(title)s”", count)
    return words % {"count": count, "title": groups[0].title}
