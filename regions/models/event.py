"""What happened (append-only), whom it concerns, and what still has to be spread."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person

if TYPE_CHECKING:
    from regions.models.contribution import Contribution
    from regions.models.region import Region


class Verb(models.TextChoices):
    """Everything that can happen; the label is the line of the timeline, with the actor in front."""

    SUBMITTED = "submitted", _("posted this, and a moderator looks first")
    APPROVED = "approved", _("looked at this and published it")
    APPROVAL_UNDONE = "approval-undone", _("took back that this was published")
    PUBLISHED = "published", _("published this")
    IMPORTED = "imported", _("brought this in from elsewhere")
    EDITED = "edited", _("changed the text")
    FILED = "filed", _("changed region, theme or tags")
    COMMENTED = "commented", _("commented")
    HELPED = "helped", _("said which answer helped")
    UNHELPED = "unhelped", _("took back which answer helped")
    MAILED = "mailed", _("mailed this to all members")
    NEW_EDITION = "new-edition", _("added a new version")
    ATTACHED = "attached", _("added a file")
    DETACHED = "detached", _("took a file away")
    MOVED = "moved", _("moved this on")
    PROTOTYPED = "prototyped", _("added a prototype")
    TESTED = "tested", _("added a test round")
    OFFERED = "offered", _("offered help")
    OFFER_ACCEPTED = "offer-accepted", _("accepted an offer")
    OFFER_DECLINED = "offer-declined", _("declined an offer")
    OFFER_HAPPENED = "offer-happened", _("told what came of an offer")
    OFFER_LAPSED = "offer-lapsed", _("closed an offer that came to nothing")
    OFFER_WITHDRAWN = "offer-withdrawn", _("withdrew an offer")
    OFFER_REMINDED = "offer-reminded", _("asked what came of an offer")
    BACKING_ASKED = "backing-asked", _("asked who decides to confirm that a board backs this")
    OFFER_BACKED = "offer-backed", _("confirmed that a board backs this")
    JOINED_TEAM = "joined-team", _("joined the team")
    LEFT_TEAM = "left-team", _("left the team")
    ASKED_REVIEW = "asked-review", _("asked the InnovatieKabinet for feedback")
    CLOSED_REVIEW = "closed-review", _("closed the question to the InnovatieKabinet")
    SEAT_AGREED = "seat-agreed", _("agreed to the rules of the InnovatieKabinet")
    ASSIGNED = "assigned", _("asked a member of the InnovatieKabinet for feedback")
    UNASSIGNED = "unassigned", _("no longer asks a member of the InnovatieKabinet for feedback")
    REMINDED = "reminded", _("reminded a member of the InnovatieKabinet")
    RECUSED = "recused", _("leaves this to other members of the InnovatieKabinet")
    REVIEWED = "reviewed", _("gave feedback for the InnovatieKabinet")
    REVIEW_CORRECTED = "review-corrected", _("corrected the feedback")
    REMARKED = "remarked", _("responded to feedback")
    REMARK_DELETED = "remark-deleted", _("deleted a response to feedback")
    POINT_ANSWERED = "point-answered", _("answered a point")
    POINT_CLOSED = "point-closed", _("is content with the answer to a point")
    POINT_ASKED_ON = "point-asked-on", _("asked on about a point")
    REFLECTED = "reflected", _("wrote what was done with the feedback")
    BOARD_DECIDED = "board-decided", _("recorded the decision of the national portfolio meeting")
    WARNED_SILENT = "warned-silent", _("asked whether this still goes on")
    GOES_ON = "goes-on", _("told that this still goes on")
    LET_BE = "let-be", _("left this as it is, though it is silent")
    HANDED_OVER = "handed-over", _("handed this over")
    CLAIM_ASKED = "claim-asked", _("asked someone to take this over as author")
    CLAIMED = "claimed", _("took this over: it was posted on behalf of them")
    CLAIM_REFUSED = "claim-refused", _("got the answer that this is not theirs")
    CLAIM_WITHDRAWN = "claim-withdrawn", _("took back the question to become the author")
    HIDDEN = "hidden", _("hid this")
    RESTORED = "restored", _("put this back")
    COMMENTS_CLOSED = "comments-closed", _("closed the comments")
    COMMENTS_OPENED = "comments-opened", _("opened the comments")
    COMMENT_EDITED = "comment-edited", _("changed a comment")
    COMMENT_DELETED = "comment-deleted", _("deleted a comment")
    COMMENT_HIDDEN = "comment-hidden", _("hid a comment")
    COMMENT_RESTORED = "comment-restored", _("put a comment back")
    APPEALED = "appealed", _("asked another moderator to look")
    APPEAL_DECIDED = "appeal-decided", _("decided after a second look")
    REPORTED = "reported", _("reported this")
    CHANGE_ASKED = "change-asked", _("asked to change this")
    COMMENT_ASKED = "comment-asked", _("asked to change a comment")
    CHANGE_MADE = "change-made", _("changed this after a moderator asked")
    CHANGE_ACCEPTED = "change-accepted", _("looked at the change and left it so")
    CHANGE_WITHDRAWN = "change-withdrawn", _("took back the question to change this")
    REPORT_CLOSED = "report-closed", _("closed a report")
    REPORT_ANSWERED = "report-answered", _("told who reported what was done")
    REPORT_REOPENED = "report-reopened", _("put a closed report back on the desk")
    ASKED_TO_JOIN = "asked-to-join", _("asked to join the region")
    LET_IN = "let-in", _("let someone into the region")
    LET_IN_UNDONE = "let-in-undone", _("took back that someone was let into the region")
    NOT_LET_IN = "not-let-in", _("did not let someone into the region")
    JOINED = "joined", _("became a member of the region")
    LEFT = "left", _("left the region")
    INVITED = "invited", _("invited someone into the region")
    INVITATION_WITHDRAWN = "uninvited", _("withdrew an invitation")
    WARNED = "warned", _("warned someone in the region")
    SUSPENDED = "suspended", _("suspended someone in the region")
    READMITTED = "readmitted", _("ended a suspension in the region")
    WITHOUT_MODERATOR = "no-moderator", _("left the region without a moderator")
    REGION_ARRANGED = "arranged", _("changed how people join the region")
    EXPORT_ASKED = "export-asked", _("asked for everything of the region in one file")
    EXPORT_READY = "export-ready", _("put everything of the region in one file")
    REGION_EXPORTED = "region-exported", _("copied the whole region, with e-mail addresses, to move it elsewhere")
    SIGNUP_ASKED = "signup-asked", _("wants to come to the meeting")
    SIGNED_UP = "signed-up", _("signed up for the meeting")
    SIGNED_OFF = "signed-off", _("signed off for the meeting")
    MOVED_UP = "moved-up", _("got a place that came free")
    MEETING_MOVED = "meeting-moved", _("changed the time or the place")
    MEETING_CANCELLED = "meeting-cancelled", _("cancelled the meeting")
    MEETING_REMINDED = "meeting-reminded", _("reminded who comes")
    MEETING_CLOSED = "meeting-closed", _("wrote the minutes")
    DISCUSSED = "discussed", _("discussed this in a meeting")
    AGREED = "agreed", _("noted an agreement")
    AGREEMENT_DONE = "agreement-done", _("did what was agreed")
    AGREEMENT_DROPPED = "agreement-dropped", _("took an agreement away")
    REGION_WISHED = "region-wished", _("asked for a new region")
    AFFILIATION_ASKED = "affiliation-asked", _("asked a colleague to confirm where they work")
    AFFILIATION_CONFIRMED = "affiliation-given", _("confirmed that someone works here")
    AFFILIATION_DECLINED = "affiliation-declined", _("did not confirm that someone works here")
    STAFF_ADDED = "staff-added", _("added this in the admin")
    STAFF_CHANGED = "staff-changed", _("changed this in the admin")
    STAFF_REMOVED = "staff-removed", _("removed this in the admin")


class Audience(models.TextChoices):
    """Who, of those who see the contribution, may know of an event.

    Moderators and staff know of what the team knows, but not of what stays between the parties or in the
    InnovatieKabinet.
    """

    ALL = "all", _("everyone who sees it")
    NETWORK = "network", _("the network")
    TEAM = "team", _("author and team")
    PARTIES = "parties", _("author, team and who it is about")
    CABINET = "cabinet", _("the InnovatieKabinet")
    DESK = "desk", _("moderators and staff")


MODERATION = (
    Verb.LET_IN,
    Verb.LET_IN_UNDONE,
    Verb.NOT_LET_IN,
    Verb.JOINED,
    Verb.LEFT,
    Verb.INVITED,
    Verb.INVITATION_WITHDRAWN,
    Verb.WARNED,
    Verb.SUSPENDED,
    Verb.READMITTED,
    Verb.WITHOUT_MODERATOR,
    Verb.REGION_ARRANGED,
    Verb.EXPORT_ASKED,
    Verb.REGION_EXPORTED,
    Verb.LET_BE,
    Verb.CLAIM_ASKED,
    Verb.CLAIMED,
    Verb.CLAIM_REFUSED,
    Verb.CLAIM_WITHDRAWN,
    Verb.SUBMITTED,
    Verb.APPROVED,
    Verb.MAILED,
    Verb.APPROVAL_UNDONE,
    Verb.REPORTED,
    Verb.REPORT_CLOSED,
    Verb.REPORT_REOPENED,
    Verb.CHANGE_ASKED,
    Verb.COMMENT_ASKED,
    Verb.CHANGE_MADE,
    Verb.CHANGE_ACCEPTED,
    Verb.CHANGE_WITHDRAWN,
    Verb.HIDDEN,
    Verb.RESTORED,
    Verb.COMMENTS_CLOSED,
    Verb.COMMENTS_OPENED,
    Verb.COMMENT_HIDDEN,
    Verb.COMMENT_RESTORED,
    Verb.APPEALED,
    Verb.APPEAL_DECIDED,
)
"""What the log of a region holds, for its moderators and staff."""

PUBLISHED_AS = {
    "vraag": _("asked a question"),
    "mededeling": _("posted an announcement"),
    "post": _("posted a message"),
    "document": _("posted a document"),
    "meeting": _("planned a meeting"),
}
"""How a publication is told of what is not a story of its own: by its sort, or else by its kind."""
FROM_SESSION = _("noted points from a session of the InnovatieKabinet")
"""How feedback is told that somebody wrote down in a session."""
SAID_WHY = {
    (Verb.OFFER_LAPSED.value, "refused"): _("did not confirm that a board backs this"),
    (Verb.OFFER_REMINDED.value, "unanswered"): _("asked for an answer to an offer"),
}
"""How a verb is told where the event says why (`data`)."""
COUNTED = (
    Verb.REPORTED,
    Verb.REPORT_CLOSED,
    Verb.REPORT_REOPENED,
    Verb.HIDDEN,
    Verb.COMMENT_HIDDEN,
    Verb.RESTORED,
    Verb.COMMENT_RESTORED,
    Verb.COMMENTS_CLOSED,
    Verb.CHANGE_ASKED,
    Verb.COMMENT_ASKED,
    Verb.WARNED,
    Verb.SUSPENDED,
    Verb.APPEALED,
    Verb.APPEAL_DECIDED,
)
"""What everyone may count, by quarter."""


class EventQuerySet(models.QuerySet["Event"]):
    def moderation_of(self, region: "Region") -> Self:
        """The log of a region, newest first."""
        found = self.filter(region=region, verb__in=MODERATION).select_related("actor", "subject", "contribution")
        return found.order_by("-at", "-pk")

    def on(self, contribution: "Contribution") -> Self:
        return self.filter(contribution=contribution).select_related("actor").order_by("-at", "-pk")

    def with_kind(self) -> Self:
        """Say of each what kind of contribution it is on: `kind`, None where it is on none."""
        return self.annotate(kind=models.F("contribution__kind"))


class Event(models.Model):
    """One line in the append-only log; ids and enum values only, never words of a person.

    The database refuses UPDATE, DELETE and TRUNCATE (trigger in the migrations).
    """

    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=20, choices=Verb.choices)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.ALL)
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    region = models.ForeignKey("Region", null=True, on_delete=models.PROTECT, related_name="+")
    contribution = models.ForeignKey("Contribution", null=True, on_delete=models.PROTECT, related_name="events")
    object_kind = models.CharField(max_length=20, blank=True)
    object_id = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)

    kind: str | None
    """Given by `with_kind`."""

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = (
            models.Index(fields=("contribution", "-at"), name="events_of_a_contribution"),
            models.Index(fields=("region", "-at"), name="events_of_a_region"),
            models.Index(fields=("region", "at"), condition=Q(verb__in=COUNTED), name="counted_of_a_region"),
            models.Index(fields=("-at", "-id"), name="events_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"

    def get_verb_display(self) -> str:  # type: ignore[no-redef]  # in place of the one that Django makes
        """Return the words of the verb. Django's own way translates all fifty of them to find one."""
        try:
            return str(Verb(self.verb).label)
        except ValueError:
            return self.verb

    @property
    def is_open(self) -> bool:
        """Tell whether everyone, visitors too, may know of it at this moment: it is on what everyone may read."""
        return self.contribution is not None and self.contribution.is_public and self.audience == Audience.ALL

    @property
    def actor_told(self) -> str:
        """Return who did it. Who reported is not named: whom it is about may read the log as a moderator.

        Nor is who decided whether a board backs this: they have no account, and an offer says when they may be named.
        """
        if self.verb == Verb.REPORTED:
            return str(_("Somebody"))
        is_backer = self.verb == Verb.OFFER_BACKED or self.data.get("why") == "refused"
        return str(_("A decision-maker") if is_backer else self.actor or settings.NETWORK_NAME)

    @property
    def said_why(self) -> str:
        """Return the words of the verb where the event says why; empty where it does not."""
        if self.verb == Verb.REVIEWED and "session" in self.data:
            return str(FROM_SESSION)
        return str(SAID_WHY.get((self.verb, self.data.get("why")), ""))

    def said_of(self, kinds: Collection[str]) -> str:
        """Return the words of the verb where it is on a contribution that may be called so (`Contribution.kinds`)."""
        if self.verb == Verb.PUBLISHED:
            own = next((said for kind, said in PUBLISHED_AS.items() if kind in kinds), "")
        else:
            own = self.said_why
        return str(own or self.get_verb_display())

    @classmethod
    def write(
        cls,
        verb: str,
        *,
        by: Person | None,
        contribution: "Contribution | None" = None,
        region: "Region | None" = None,
        about: models.Model | None = None,
        subject: Person | None = None,
        audience: str = Audience.ALL,
        at: datetime | None = None,
        spread: bool = True,
        **data: Any,
    ) -> "Event":
        """Write one line in the running transaction, and, unless `spread` is False, a task to tell whom it concerns.

        `about` is the object it is about (a comment, a prototype); `subject` is the person whom it is about, who may
        know of it whatever the audience; `data` holds ids and enum values.
        """
        event = cls.objects.create(
            at=at or timezone.now(),
            verb=verb,
            audience=audience,
            actor=by,
            subject=subject,
            region_id=region.pk if region else contribution.region_id if contribution else None,
            contribution_id=contribution.pk if contribution else None,
            object_kind=about._meta.model_name or "" if about else "",
            object_id=str(about.pk) if about else "",
            data=data,
        )
        if spread:
            Unspread.objects.create(event=event)
        return event


class Unspread(models.Model):
    """An event of which nobody has been told yet; written with it, taken away when the notices are made."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True)


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def beside(self, event: Event) -> Self:
        """Keep what is about the same contribution, else the same region, else the event alone."""
        if event.contribution_id:
            return self.filter(event__contribution=event.contribution_id)
        if event.region_id:
            return self.filter(event__contribution__isnull=True, event__region=event.region_id)
        return self.filter(event=event)

    def mark_read(self) -> int:
        return self.unread().update(read_at=timezone.now())


class Notice(models.Model):
    """Something new that concerns a person: the bell and the overview mail are readings of these rows."""

    class Reason(models.TextChoices):
        """Why this person is told; the first that holds, in this order."""

        WAITS = "waits", _("this waits on you")
        ABOUT = "about", _("this is about you")
        OWN = "own", _("this is yours or your team's")
        FOLLOW = "follow", _("you follow this")
        REGION = "region", _("this is your region")
        THEME = "theme", _("you follow this theme")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="notices")
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="notices")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "event"), name="one_notice_per_person_and_event"),)
        indexes = (
            models.Index(fields=("person", "-event"), condition=Q(read_at__isnull=True), name="unread_notices"),
            models.Index(fields=("read_at",), condition=Q(read_at__isnull=False), name="read_notices"),
        )
