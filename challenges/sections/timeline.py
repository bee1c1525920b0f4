"""What happened to a challenge, newest first: a reading of the events."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from challenges.models import Challenge
from challenges.rules import CHECKS, Stage
from challenges.stages import label_of
from regions.models import Event, Verb
from regions.models.comment import events_shown_to
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
    Verb.JOINED_TEAM: "user-plus",
    Verb.LEFT_TEAM: "users",
    Verb.ASKED_REVIEW: "help-circle",
    Verb.CLOSED_REVIEW: "help-circle",
    Verb.REVIEWED: "quote",
    Verb.POINT_ANSWERED: "check",
    Verb.REFLECTED: "quote",
    Verb.WARNED_SILENT: "clock",
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
# Here the person whom it is about did it, with or without the help of someone else.
BY_SUBJECT = (Verb.JOINED_TEAM, Verb.LEFT_TEAM)


def timeline_section(person: Reader, challenge: Challenge, steps: int = 1) -> dict[str, Any]:
    """Give the lines of `_timeline.html`; `timeline_more` is the number of steps that shows older ones, or None."""
    events = events_shown_to(person).filter(contribution=challenge).select_related("actor", "subject")
    found = list(events.order_by("-at", "-pk")[: steps * STEP + 1])
    return {
        "timeline": [line(event, challenge) for event in found[: steps * STEP]],
        "timeline_more": steps + 1 if len(found) > steps * STEP else None,
    }


def line(event: Event, challenge: Challenge) -> dict[str, Any]:
    actor = event.subject if event.verb in BY_SUBJECT and event.subject else event.actor
    return {
        "icon": ICONS.get(Verb(event.verb), "circle") if event.verb in Verb.values else "circle",
        "by": str(actor) if actor else "",
        "text": words(event),
        "url": place(event, challenge),
        "notes": notes(event, challenge),
        "at": event.at,
    }


def notes(event: Event, challenge: Challenge) -> list[str]:
    """Return what was said with a step: the note, and why it was made with items that were not met."""
    rows = challenge.step_rows if event.object_kind == "step" else []
    said = next((row for row in rows if str(row["pk"]) == event.object_id), None)
    if said is None:
        return []
    not_yet = _("Not yet:")
    explained = [
        f"{label_of(CHECKS[key])} {not_yet} {words}" for key, words in said["explained"].items() if key in CHECKS
    ]
    return [plain(note) for note in (said["note"], *explained) if note]


def words(event: Event) -> str:
    """Return the line: the verb, with what the event knows of it."""
    said = str(event.get_verb_display())
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
    if event.object_kind == "testround":
        return f"#testronde-{event.object_id}"
    if event.object_kind == "comment":
        return f"#reactie-{event.object_id}"
    if event.verb == Verb.EDITED and event.data.get("version"):
        path = reverse("challenges:versions", args=[challenge.pk, challenge.slug])
        return f"{path}?naar={event.data['version']}"
    return ""
