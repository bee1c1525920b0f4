"""The signed address by which someone leaves a kind of mail, without signing in and from a mail of any age."""

from enum import StrEnum

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import Person
from digests.models import Frequency, Subscription
from digests.rhythm import subscribe

_SIGNER = Signer(salt="digests.unsubscribe", sep=".")


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
