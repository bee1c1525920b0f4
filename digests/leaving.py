"""The signed address by which someone leaves the overview, without signing in and from a mail of any age."""

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import Person

_SIGNER = Signer(salt="digests.unsubscribe", sep=".")


def unsubscribe_path(person: Person) -> str:
    return reverse("digests:unsubscribe", args=[_SIGNER.sign(str(person.pk))])


def person_of(token: str) -> Person | None:
    """Return whose token this is; None when we did not sign it."""
    try:
        return Person.objects.filter(pk=int(_SIGNER.unsign(token))).first()
    except (BadSignature, ValueError):
        return None
