"""Who is signed in, as each request loads them."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef
from django.db.models.functions import Lower

from accounts.models import Person
from digests.models import Refusal


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    """allauth's, but a person comes with `is_refused`: every page tells who gets no mail any more, without a query."""

    def get_user(self, user_id: int) -> Person | None:
        refused = Refusal.objects.flagged().filter(address=Lower(OuterRef("email")))
        person = Person.objects.annotate(is_refused=Exists(refused)).filter(pk=user_id).first()
        return person if person and self.user_can_authenticate(person) else None
