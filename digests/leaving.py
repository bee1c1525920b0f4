"""The signed addresses by which someone leaves the overview, or makes something quiet, from a mail of any age.

Nobody has to sign in for it: the address says who it is for.
"""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import Person
from regions.models import Contribution, Region

_SIGNER = Signer(salt="digests.unsubscribe", sep=".")
_QUIET = Signer(salt="digests.quiet", sep=".")
KINDS: dict[str, type[Contribution] | type[Region]] = {"c": Contribution, "r": Region}
"""What can be made quiet, by the letter for it in the address."""


def unsubscribe_path(person: Person) -> str:
    return reverse("digests:unsubscribe", args=[_SIGNER.sign(str(person.pk))])


def person_of(token: str) -> Person | None:
    """Return whose token this is; None when we did not sign it."""
    try:
        return Person.objects.filter(pk=int(_SIGNER.unsign(token))).first()
    except (BadSignature, ValueError):
        return None


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
