"""The meetings of the demo network, from `demo/meetings.toml`: days count from today."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge, Review
from regions.models import AgendaItem, Agreement, Meeting, Region, Signup

Row = Mapping[str, Any]
ANNOUNCED = timedelta(days=21)
"""So long before it takes place a meeting was published."""


def load_meetings(rows: Row, people: Mapping[str, Person]) -> None:
    for row in rows["meeting"]:
        _load_meeting(row, people)


def _load_meeting(row: Row, people: Mapping[str, Person]) -> None:
    by = people[row["by"]]
    starts_at = _at(row["day"], row["from"])
    told_at = min(starts_at - ANNOUNCED, timezone.now() - timedelta(hours=1))
    names = ("sort", "scale", "place", "link", "capacity", "expected", "visibility")
    meeting = Meeting.objects.post(
        by=by,
        region=Region.objects.get(slug=row["region"]),
        text={"title": row["title"], "intro": row["intro"].strip()},
        at=told_at,
        starts_at=starts_at,
        ends_at=_at(row["day"], row["until"]),
        **{name: row[name] for name in names if name in row},
    )
    _load_agenda(meeting, by, row.get("item", []))
    meeting.publish(by, at=told_at)
    meeting.refresh_from_db()
    _load_signups(meeting, row.get("going", []), people, told_at)
    if "minutes" in row:
        _load_minutes(meeting, by, row, people)


def _load_agenda(meeting: Meeting, by: Person, items: list[Row]) -> None:
    keys = [key for item in items if (key := item.get("about"))]
    known = {key: Challenge.objects.get(import_key__endswith=f":{key}") for key in keys}
    wanted = ({**item, "words": item.get("words", ""), "about": known.get(item.get("about", ""))} for item in items)
    meeting.arrange(by, wanted)


def _load_signups(meeting: Meeting, rows: list[Row], people: Mapping[str, Person], at: datetime) -> None:
    """Let people come in this order; who comes after the last place waits."""
    for number, row in enumerate(rows):
        has_place = meeting.capacity is None or number < meeting.capacity
        state = Signup.State.GOING if has_place else Signup.State.WAITING
        moment = min(at + timedelta(hours=20 + 30 * number), timezone.now())
        meeting.signups.create(person=people[row["who"]], perspective=row["as"], state=state, at=moment)
    meeting.fill()


def _load_minutes(meeting: Meeting, by: Person, row: Row, people: Mapping[str, Person]) -> None:
    said = {item.pk: words.get("minutes", "") for item, words in zip(meeting.agenda.all(), row["item"], strict=True)}
    at = meeting.ends_at + timedelta(hours=15)
    minutes = row["minutes"].strip()
    meeting.close(by, seen=0, minutes=minutes, present=row["present"], said=said, at=at)
    for item, words in zip(meeting.agenda.select_related("about"), row["item"], strict=True):
        _load_outcome(meeting, by, item, words, people)
    for promise in row.get("agreement", []):
        owner, due_on = people[promise["owner"]], timezone.localdate() + timedelta(days=promise["day"])
        agreement = Agreement.make(meeting, by=by, words=promise["words"], owner=owner, due_on=due_on, at=at)
        if promise.get("done"):
            agreement.settle(owner, at=at + timedelta(days=4))


def _load_outcome(meeting: Meeting, by: Person, item: AgendaItem, row: Row, people: Mapping[str, Person]) -> None:
    """Note what came out of a pitch, an hour after the session."""
    points = [(point["text"], people[point["by"]]) for point in row.get("point", [])]
    offers = [(offer["kind"], offer["words"], people[offer["by"]]) for offer in row.get("offer", [])]
    if item.about and (points or offers):
        challenge, at = Challenge.objects.get(pk=item.about.pk), meeting.ends_at + timedelta(hours=1)
        Review.from_session(meeting, challenge, by=by, said=item.minutes, points=points, offers=offers, at=at)


def _at(day: int, clock: str) -> datetime:
    return timezone.make_aware(datetime.combine(timezone.localdate() + timedelta(days=day), time.fromisoformat(clock)))
