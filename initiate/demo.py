"""The demo network: people and regions from TOML, challenges through the importer, then what grew around them.

The files stand in `demo/`. Their dates move along, so that the newest is always yesterday's.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.models import Affiliation, Domain, Organisation, Person, Role, Visit
from challenges.intake import read
from challenges.models import Asking, Challenge, Offer, Prototype, Review, Seat, StageText, TestRound
from digests.rhythm import subscribe
from initiate.demo_meetings import load_meetings
from initiate.demo_posts import load_posts
from regions.models import Claim, Comment, Membership, Municipality, Part, Region, RegionVisit, Theme, Unspread, Verb

FOLDER = Path(settings.BASE_DIR) / "demo"
NEWEST = date(2026, 11, 21)
PASSWORD = "initiate-demo"  # noqa: S105 - known on purpose; load_demo refuses where DEMO is not set

NEW = timedelta(days=21)
NEWS = (Verb.PUBLISHED, Verb.COMMENTED, Verb.PROTOTYPED, Verb.TESTED, Verb.REVIEWED, Verb.POINT_ANSWERED)
"""What of the last weeks is told as new: what asks nothing of anyone that has been answered, and sends no mail."""

Row = Mapping[str, Any]


@transaction.atomic
def load() -> int:
    """Fill the database; return the number of challenges. Raises ValueError when a file is wrong."""
    shift = max(timezone.localdate() - timedelta(days=1) - NEWEST, timedelta(0))
    people = load_people()
    challenges = [
        challenge
        for file in sorted(FOLDER.glob("challenges-*.csv"))
        for challenge in read(file.read_bytes()).bring_in(shift)
    ]
    for challenge in challenges:
        file = FOLDER / "dossiers" / f"{(challenge.import_key or '').partition(':')[2]}.toml"
        if file.exists():
            Dossier(challenge, people, shift).load(tomllib.loads(file.read_text(encoding="utf-8")))
    load_meetings(tomllib.loads((FOLDER / "meetings.toml").read_text(encoding="utf-8")), people)
    posts = tomllib.loads((FOLDER / "posts.toml").read_text(encoding="utf-8"))
    load_posts(posts, people, partial(moment, shift=shift))
    _keep_news()
    return len(challenges)


def load_people() -> dict[str, Person]:
    """Make regions, organisations and people, by address, as they are before anyone posts."""
    _load_places(tomllib.loads((FOLDER / "regions.toml").read_text(encoding="utf-8")))
    return _load_people(tomllib.loads((FOLDER / "people.toml").read_text(encoding="utf-8")))


def _keep_news() -> None:
    """Let the bells and overviews tell of the last weeks; what was before is nobody's news."""
    news = Unspread.objects.filter(event__verb__in=NEWS, event__at__gte=timezone.now() - NEW)
    Unspread.objects.exclude(pk__in=news.values("pk")).delete()


def _load_places(rows: Row) -> None:
    for position, theme in enumerate(rows["theme"]):
        Theme.objects.create(position=position, **theme)
    for stage in rows["stage"]:
        StageText.objects.create(key=stage["value"], text=stage["goal"], text_en=stage["goal_en"])
    for row in rows["region"]:
        names = row["municipalities"]
        region = Region.objects.create(**{name: row[name] for name in row if name != "municipalities"})
        region.municipalities.set(_municipalities(names))


def _municipalities(names: list[str]) -> list[Municipality]:
    found = {row.name: row for row in Municipality.objects.filter(name__in=names)}
    return [found[name] for name in names]


def _load_people(rows: Row) -> dict[str, Person]:
    for row in rows["organisation"]:
        organisation = Organisation.objects.create(name=row["name"], kind=row["kind"])
        organisation.municipalities.set(_municipalities(row.get("municipalities", [])))
        Domain.objects.bulk_create(Domain(organisation=organisation, name=name) for name in row.get("domains", []))
    password = make_password(PASSWORD)
    people = {row["email"]: _load_person(row, password) for row in rows["person"]}
    for region in Region.objects.all():
        region.count_members()
    return people


def _load_person(row: Row, password: str) -> Person:
    person = Person(
        email=row["email"],
        name=row["name"],
        function=row["function"],
        knowledge=row["knowledge"],
        language=row.get("language", "nl"),
        is_staff=row.get("staff", False),
        password=password,
        joined_at=timezone.now() - timedelta(days=300),
    )
    person.set_expertise(row.get("knows", []))
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    Visit.objects.create(person=person, last_at=timezone.now(), previous_at=timezone.now() - timedelta(days=7))
    mail = {name: row[name] for name in ("weekday", "hour", "at_once") if name in row}
    subscribe(person, row["frequency"], **mail)
    person.themes.set(Theme.objects.filter(slug__in=row.get("themes", [])))
    _load_parts(person, row)
    return person


def _load_parts(person: Person, row: Row) -> None:
    if row.get("organisation"):
        organisation = Organisation.objects.get(name=row["organisation"])
        basis = Affiliation.Basis.DOMAIN
        person.affiliations.create(organisation=organisation, basis=basis, confirmed_at=timezone.now())
        person.municipalities.set(organisation.municipalities.all())
    for slug, role in row.get("regions", {}).items():
        region = Region.objects.get(slug=slug)
        Membership.objects.create(person=person, region=region, role=role, state=Membership.State.ACTIVE)
        RegionVisit.objects.create(person=person, region=region, last_at=timezone.now() - timedelta(days=21))
    start = timezone.localdate() - timedelta(days=300)
    if row.get("seat"):
        seat = Seat(person=person, name=Role.Name.SEAT, expertise=row.get("expertise", ""), starts_on=start)
        seat.agreed_at = timezone.now() - timedelta(days=300)
        seat.save()
        seat.themes.set(person.themes.all())
    if row.get("secretary"):
        Role.objects.create(person=person, name=Role.Name.SECRETARY, starts_on=start)


class Dossier:
    """What grew around one challenge: team, prototypes, feedback, offers, comments; or that nothing did."""

    def __init__(self, challenge: Challenge, people: dict[str, Person], shift: timedelta) -> None:
        self.challenge = challenge
        self.people = people
        self.shift = shift

    def load(self, rows: Row) -> None:
        if "asked_on" in rows:
            at = self._at(rows["asked_on"], 9)
            asking = Asking.open_for(self.challenge, by=self.challenge.author, words=rows.get("asked", ""), at=at)
            self._load_named(asking, rows)
        loaders = {
            "team": self._load_team,
            "prototype": self._load_prototype,
            "feedback": self._load_feedback,
            "offer": self._load_offer,
            "comment": self._load_comment,
        }
        for name, load_row in loaders.items():
            for row in rows.get(name, []):
                load_row(row)
        if rows.get("reflection"):
            at = self._at(max(row["on"] for row in rows["feedback"]), 17)
            self.challenge.reflect(rows["reflection"].strip(), by=self.challenge.author, at=at)
        self._load_waiting(rows)

    def _load_named(self, asking: Asking, rows: Row) -> None:
        """Ask members by name, as the secretary does, and let some leave it to others."""
        if "named" in rows:
            due_on = timezone.localdate() + timedelta(days=rows["days_left"])
            people = [self.people[email] for email in rows["named"]]
            asking.assign(people, by=self.people[rows["named_by"]], due_on=due_on)
        for row in rows.get("left", []):
            asking.recuse(self._by(row), row["words"])

    def _load_waiting(self, rows: Row) -> None:
        """What waits for an answer: whether it goes on, and whose idea it is."""
        if "silence_asked_on" in rows:
            self.challenge.ask_when_silent(self._at(rows["silence_asked_on"], 14))
        if "behalf" in rows:
            Claim.ask(self.challenge, rows["behalf"], by=self.challenge.author)

    def _load_team(self, row: Row) -> None:
        if self._by(row) != self.challenge.author:
            self.challenge.involve(self._by(row), Part.TEAM, by=self.challenge.author, at=self._at(row["on"], 9))

    def _load_prototype(self, row: Row) -> None:
        texts = {name: row.get(name, "").strip() for name in ("approach", "link", "changes", "what")}
        prototype = Prototype.add(self.challenge, by=self._by(row), at=self._at(row["on"], 10), **texts)
        for test in row.get("round", []):
            counts = {name: test.get(name, 0) for name in ("residents", "professionals", "others")}
            words = {name: test.get(name, "").strip() for name in ("wanted", "said", "learned", "change", "verdict")}
            at = self._at(test["on"], 15)
            TestRound.add(prototype, by=self._by(test), held_on=at.date(), at=at, **counts, **words)

    def _load_feedback(self, row: Row) -> None:
        at = self._at(row["on"], 13)
        names = ("answer", "blind_spot", "note")
        text = {name: row.get(name, "").strip() for name in names} | {
            "resident_in_view": row.get("resident", "").strip(),
            "technological_fix": row.get("fix", "").strip(),
            "social_impact": row.get("social", "").strip(),
            "financial_impact": row.get("financial", "").strip(),
        }
        points = [point["text"].strip() for point in row.get("point", [])]
        review = Review.send(self.challenge, by=self._by(row), seen=1, text=text, points=points, at=at)
        for point, answer in zip(review.points.all(), row.get("point", []), strict=True):
            if answer["state"] != "open":
                when = self._at(answer.get("answered_on", row["on"]), 16)
                point.settle(by=self.challenge.author, state=answer["state"], answer=answer["answer"].strip(), at=when)
        for offer in row.get("offer", []):
            self._load_offer({**offer, "by": row["by"], "on": row["on"]}, review)

    def _load_offer(self, row: Row, review: Review | None = None) -> None:
        at = self._at(row["on"], 14)
        backer = {name: row[name] for name in ("backer_name", "backer_function", "backer_email") if name in row}
        offer = Offer.make(
            self.challenge,
            by=self._by(row),
            kind=row["kind"],
            words=row["words"].strip(),
            review=review,
            at=at,
            **backer,
        )
        if "confirmed_on" in row:
            offer.confirm_backing(self._at(row["confirmed_on"], 12))
        author, state = self.challenge.author, row["state"]
        if state == "offered":
            return
        offer.settle(by=author, accept=state != "declined", answer=row["answer"].strip(), at=at + timedelta(days=1))
        if state in ("happened", "lapsed") and offer.state == Offer.State.ACCEPTED:
            happened, outcome = state == "happened", row["outcome"].strip()
            offer.close(by=author, happened=happened, outcome=outcome, at=at + timedelta(days=1, hours=2))

    def _load_comment(self, row: Row, parent: Comment | None = None) -> None:
        comment = Comment.write(
            self.challenge, row["text"].strip(), by=self._by(row), parent=parent, at=self._at(row["on"], 11)
        )
        self.challenge.follow(comment.author)
        for reply in row.get("reply", []):
            self._load_comment(reply, comment)

    def _by(self, row: Row) -> Person:
        return self.people[row["by"]]

    def _at(self, day: date, hour: int) -> datetime:
        return moment(day, hour, self.shift)


def moment(day: date, hour: int, shift: timedelta) -> datetime:
    """Return a moment on that day, moved along; never later than now."""
    return min(timezone.make_aware(datetime.combine(day, time(hour))) + shift, timezone.now())
