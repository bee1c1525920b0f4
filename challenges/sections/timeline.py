"""What happened to a challenge, newest first: a reading of the events."""

from collections.abc import Collection, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from challenges.models import Challenge
from challenges.models.told import events_told_to
from challenges.rules import Stage
from challenges.stages import explained
from regions.models import Event, Kind, Meeting, Verb
from regions.models.standing import Reader
from regions.text import plain

STEP = 30

ICONS = {
    Verb.SUBMITTED: "send",
    Verb.APPROVED: "check",
    Verb.PUBLISHED: "send",
    Verb.IMPORTED: "download",
    Verb.EDITED: "pencil",
    Verb.FILED: "tag",
    Verb.COMMENTED: "message-circle",
    Verb.HELPED: "circle-check",
    Verb.UNHELPED: "message-circle",
    Verb.NEW_EDITION: "file-text",
    Verb.ATTACHED: "paperclip",
    Verb.DETACHED: "paperclip",
    Verb.MOVED: "route",
    Verb.PROTOTYPED: "hammer",
    Verb.TESTED: "flask",
    Verb.OFFERED: "heart-handshake",
    Verb.OFFER_ACCEPTED: "heart-handshake",
    Verb.OFFER_DECLINED: "heart-handshake",
    Verb.OFFER_HAPPENED: "heart-handshake",
    Verb.OFFER_LAPSED: "heart-handshake",
    Verb.OFFER_WITHDRAWN: "heart-handshake",
    Verb.OFFER_REMINDED: "clock",
    Verb.BACKING_ASKED: "send",
    Verb.OFFER_BACKED: "circle-check",
    Verb.JOINED_TEAM: "user-plus",
    Verb.LEFT_TEAM: "users",
    Verb.ASKED_REVIEW: "help-circle",
    Verb.CLOSED_REVIEW: "help-circle",
    Verb.ASSIGNED: "user-plus",
    Verb.UNASSIGNED: "user",
    Verb.REMINDED: "clock",
    Verb.RECUSED: "user",
    Verb.REVIEWED: "quote",
    Verb.POINT_ANSWERED: "check",
    Verb.POINT_CLOSED: "circle-check",
    Verb.POINT_ASKED_ON: "help-circle",
    Verb.REVIEW_CORRECTED: "pencil",
    Verb.REMARKED: "message-circle",
    Verb.REMARK_DELETED: "trash",
    Verb.REFLECTED: "quote",
    Verb.WARNED_SILENT: "clock",
    Verb.DISCUSSED: "calendar-event",
    Verb.MEETING_MOVED: "calendar-event",
    Verb.MEETING_CANCELLED: "calendar-event",
    Verb.MEETING_CLOSED: "file-text",
    Verb.AGREED: "checkbox",
    Verb.AGREEMENT_DONE: "check",
    Verb.GOES_ON: "check",
    Verb.LET_BE: "clock",
    Verb.CLAIM_ASKED: "send",
    Verb.CLAIMED: "user-check",
    Verb.CLAIM_REFUSED: "user",
    Verb.CLAIM_WITHDRAWN: "user",
    Verb.CHANGE_ASKED: "help-circle",
    Verb.COMMENT_ASKED: "help-circle",
    Verb.CHANGE_MADE: "pencil",
    Verb.CHANGE_ACCEPTED: "check",
    Verb.CHANGE_WITHDRAWN: "arrow-back-up",
    Verb.REPORTED: "flag",
    Verb.REPORT_CLOSED: "flag",
    Verb.REPORT_REOPENED: "flag",
    Verb.APPROVAL_UNDONE: "arrow-back-up",
    Verb.HIDDEN: "eye-off",
    Verb.RESTORED: "eye",
}
ANCHORS = {"testround": "testronde", "comment": "reactie", "review": "feedback", "point": "punt"}
"""Where on the page a thing stands: before its id, by its kind."""
# Here the person whom it is about did it, with or without the help of someone else.
BY_SUBJECT = (Verb.JOINED_TEAM, Verb.LEFT_TEAM)


def timeline_section(person: Reader, challenge: Challenge, steps: int = 1) -> dict[str, Any]:
    """Give the lines of `_timeline.html`; `timeline_more` is the number of steps that shows older ones, or None."""
    events = events_told_to(person).filter(contribution=challenge).select_related("actor", "subject")
    found = list(events.order_by("-at", "-pk")[: steps * STEP + 1])
    met = _meetings(person, found)
    return {
        "timeline": [line(event, challenge, met) for event in found[: steps * STEP]],
        "timeline_more": steps + 1 if len(found) > steps * STEP else None,
    }


def _meetings(person: Reader, events: list[Event]) -> dict[str, Meeting]:
    """Return the meetings in which it was discussed, as far as this person may read them; by id."""
    ids = {event.object_id for event in events if event.verb == Verb.DISCUSSED}
    return {str(row.pk): row for row in Meeting.objects.visible_to(person).filter(pk__in=ids)} if ids else {}


def line(event: Event, challenge: Challenge, met: Mapping[str, Meeting]) -> dict[str, Any]:
    is_theirs = event.verb in BY_SUBJECT and event.subject
    meeting = met.get(event.object_id) if event.verb == Verb.DISCUSSED else None
    return {
        "icon": ICONS.get(Verb(event.verb), "circle") if event.verb in Verb.values else "circle",
        "by": str(event.subject) if is_theirs else event.actor_told,
        "text": words(event),
        "url": meeting.get_absolute_url() if meeting else place(event, challenge),
        "notes": [meeting.title] if meeting else notes(event, challenge),
        "at": event.at,
    }


def notes(event: Event, challenge: Challenge) -> list[str]:
    """Return what was said with a step or a question: the note, and why it was made with items that were not met."""
    rows = {"step": challenge.step_rows, "asking": challenge.asking_rows}.get(event.object_kind, [])
    if event.verb == Verb.CLOSED_REVIEW:
        return []
    said = next((row for row in rows if str(row["pk"]) == event.object_id), None)
    if said is None:
        return []
    not_yet = _("Not yet:")
    why = [f"{label} {not_yet} {words}" for label, words in explained(said["explained"])]
    return [plain(note) for note in (said.get("note"), *why) if note]


def words(event: Event, kinds: Collection[str] = (Kind.CHALLENGE,)) -> str:
    """Return the line: the verb, as it is said of a contribution of these kinds, with what the event knows of it."""
    said = event.said_of(kinds)
    if event.verb == Verb.MOVED:
        return _("%(said)s: from %(source)s to %(target)s") % {
            "said": said,
            "source": _stage(event.data.get("source")),
            "target": _stage(event.data.get("target")),
        }
    if event.object_kind == "prototype" or event.verb == Verb.TESTED:
        return _("%(said)s (prototype %(number)s)") % {"said": said, "number": event.data.get("number", "")}
    return said


def _stage(value: object) -> str:
    return str(Stage(value).label) if value in Stage.values else "?"


def place(event: Event, challenge: Challenge) -> str:
    """Return where on the page, or on which page, one sees what it is about."""
    if event.object_kind == "prototype":
        return f"#prototype-{event.data.get('number', '')}"
    if event.object_kind in ANCHORS:
        return f"#{ANCHORS[event.object_kind]}-{event.object_id}"
    if event.verb == Verb.EDITED and event.data.get("version"):
        path = reverse("challenges:versions", args=[challenge.pk, challenge.slug])
        return f"{path}?naar={event.data['version']}"
    return ""
