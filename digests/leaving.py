"""The signed addresses by which someone leaves a kind of mail, or makes something quiet, from a mail of any age.

Nobody has to sign in for it: the address says who it is for.
"""

from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import Person
from digests.models import Frequency, Subscription
from digests.rhythm import subscribe
from regions.models import Contribution, Region

_SIGNER = Signer(salt="digests.unsubscribe", sep=".")
_QUIET = Signer(salt="digests.quiet", sep=".")
KINDS: dict[str, type[Contribution] | type[Region]] = {"c": Contribution, "r": Region}
"""What can be made quiet, by the letter for it in the address."""


class Leaving(StrEnum):
    """What is left. A token names it behind the person; one that names a person only is of the overview."""

    OVERVIEW = ""
    AT_ONCE = "-at_once"


def leaving_path(person: Person, what: Leaving = Leaving.OVERVIEW) -> str:
    return reverse("digests:unsubscribe", args=[_SIGNER.sign(f"{person.pk}{what}")])


def read(token: str) -> tuple[Person, Leaving] | None:
    """Return who leaves what; None when we did not sign it, or the person is gone."""
    try:
        pk, _dash, what = _SIGNER.unsign(token).partition("-")
        person = Person.objects.filter(pk=int(pk)).first()
        return (person, Leaving(f"-{what}" if what else "")) if person else None
    except (BadSignature, ValueError):
        return None


def leave(person: Person, what: Leaving) -> None:
    if what == Leaving.AT_ONCE:
        Subscription.objects.filter(person=person).update(at_once=False)
    else:
        subscribe(person, Frequency.NEVER)


def quiet_path(person: Person, about: Contribution | Region) -> str:
    kind = "r" if isinstance(about, Region) else "c"
    return reverse("digests:quiet", args=[_QUIET.sign(f"{person.pk}-{kind}-{about.pk}")])


def quiet_of(token: str) -> tuple[Person, Contribution | Region] | None:
    """Return who can make what quiet by this token; None when we did not sign it, or one of the two is gone."""
    try:
        person_pk, kind, pk = _QUIET.unsign(token).split("-")
    except (BadSignature, ValueError):
        return None
    person = Person.objects.filter(pk=person_pk).first()
    about = KINDS[kind]._default_manager.filter(pk=pk).first()
    return (person, about) if person and about else None
