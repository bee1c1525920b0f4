"""Builders: each makes one real row through the domain's own door."""

import itertools
import uuid
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Affiliation, Organisation, OrganisationKind, Person, Role
from challenges.models import Challenge, Offer, Prototype, Review, Seat, TestRound
from regions.models import Document, Edition, Meeting, Membership, Post, Region, Sort, State

_numbers = itertools.count(1)
BEGAN = date(2026, 1, 1)
"""Since when seats and secretary have their term: before every day that a test travels to."""


def person(name: str = "", **fields: Any) -> Person:
    number = next(_numbers)
    name = name or f"Persoon {number}"
    email = fields.pop("email", f"{name.lower().replace(' ', '.')}@voorbeeld{number}.example")
    made = Person(email=email, name=name, **fields)
    made.set_unusable_password()
    made.save()
    return made


def region(name: str = "") -> Region:
    name = name or f"Regio {next(_numbers)}"
    return Region.objects.create(name=name, slug=name.lower().replace(" ", "-"))


def member(who: Person, where: Region, *, moderator: bool = False, state: str = Membership.State.ACTIVE) -> Membership:
    role = Membership.Role.MODERATOR if moderator else Membership.Role.MEMBER
    membership, _made = Membership.objects.update_or_create(
        person=who, region=where, defaults={"role": role, "state": state}
    )
    where.count_members()
    forget(who)
    return membership


def works_at(who: Person, name: str = "", kind: str = OrganisationKind.WELFARE) -> Organisation:
    organisation, _made = Organisation.objects.get_or_create(
        name=name or f"Organisatie {next(_numbers)}", defaults={"kind": kind}
    )
    Affiliation.objects.create(person=who, organisation=organisation, basis="domain", confirmed_at=timezone.now())
    return organisation


def seat(who: Person, **fields: Any) -> Seat:
    forget(who)
    fields = {"agreed_at": timezone.now(), "starts_on": BEGAN} | fields
    return Seat.objects.create(person=who, name=Role.Name.SEAT, **fields)


def secretary(who: Person) -> Role:
    forget(who)
    return Role.objects.create(person=who, name=Role.Name.SECRETARY, starts_on=BEGAN)


def key() -> str:
    """Return a key as `{% form_key %}` gives it."""
    return str(uuid.uuid4())


def forget(who: Person) -> None:
    """Drop the standing that the object remembers, as the next request would."""
    who.__dict__.pop("_standing", None)


def challenge(*, by: Person, region: Region, state: str = State.PUBLISHED, **fields: Any) -> Challenge:
    text = {
        "title": f"Vraag {next(_numbers)}",
        "summary": "Kort gezegd.",
        "question": "Hoe helpen wij inwoners eerder?",
        "for_whom": "Gezinnen met geldzorgen.",
        "improvement": "Zij hebben weer rust.",
        "participation": "Zij denken mee in een panel.",
    }
    text.update({name: fields.pop(name) for name in list(fields) if name in text})
    stage = fields.pop("stage", "")
    made = Challenge.objects.post(by=by, region=region, text=text, **fields)
    if state != State.DRAFT:
        made.publish(by)
    made = Challenge.objects.get(pk=made.pk)
    if stage:
        Challenge.objects.filter(pk=made.pk).update(stage=stage)
    if state not in (State.DRAFT, State.PUBLISHED):
        made.state = state
        made.save(update_fields=["state"])
    return Challenge.objects.get(pk=made.pk)


def meeting(*, by: Person, region: Region, days: int = 30, state: str = State.PUBLISHED, **fields: Any) -> Meeting:
    """Make a meeting of two hours so many days from now, that ends on the day on which it begins, as the form asks."""
    now = timezone.localtime()
    starts_at = now.replace(hour=min(now.hour, 21), minute=0, second=0, microsecond=0) + timedelta(days=days)
    text = {
        "title": fields.pop("title", f"Bijeenkomst {next(_numbers)}"),
        "intro": fields.pop("intro", "Wat leerden wij?"),
    }
    values = {"place": "Buurthuis", "starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2), **fields}
    made = Meeting.objects.post(by=by, region=region, text=text, **values)
    if state != State.DRAFT:
        made.publish(by)
    return Meeting.objects.get(pk=made.pk)


def post(*, by: Person, region: Region, sort: str = Sort.QUESTION, state: str = State.PUBLISHED, **fields: Any) -> Post:
    text = {"title": f"Bericht {next(_numbers)}", "words": "Wie heeft hier ervaring mee?"}
    text.update({name: fields.pop(name) for name in list(fields) if name in text})
    made = Post.objects.post(by=by, region=region, text=text, sort=sort, **fields)
    if state != State.DRAFT:
        made.publish(by)
    return Post.objects.get(pk=made.pk)


def document(*, by: Person, region: Region, name: str = "lijst.txt", **fields: Any) -> Document:
    """A document with its first edition."""
    text = {"title": f"Document {next(_numbers)}", "description": "Om na te lopen."}
    text.update({name: fields.pop(name) for name in list(fields) if name in text})
    made = Document.objects.post(by=by, region=region, text=text, **fields)
    edition(made, by, name)
    made.publish(by)
    return Document.objects.get(pk=made.pk)


def edition(of: Document, by: Person, name: str = "lijst.txt", **fields: Any) -> Edition:
    return of.add_edition(ContentFile(b"Een.", name), "text/plain", by=by, **fields)


def prototype(on: Challenge, by: Person | None = None, **fields: Any) -> Prototype:
    return Prototype.add(on, by=by or on.author, what=fields.pop("what", "Een eerste versie."), **fields)


def round(of: Prototype, by: Person | None = None, **fields: Any) -> TestRound:
    values = {"residents": 3, "wanted": "Werkt het?", "learned": "Het werkt half.", "verdict": "adjust", **fields}
    return TestRound.add(of, by=by or of.by, **values)


def review(on: Challenge, by: Person, points: tuple[str, ...] = ("Praat met bewoners.",), **text: str) -> Review:
    words = {"answer": "Mensen krijgen eerder rust.", **text}
    return Review.send(on, by=by, seen=on.version, text=words, points=points, at=timezone.now())


def offer(on: Challenge, by: Person, kind: str = "expertise", words: str = "Ik denk mee.") -> Offer:
    return Offer.make(on, by=by, kind=kind, words=words)
