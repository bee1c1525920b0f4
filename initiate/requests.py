"""What a view may count on behind `login_required`, and who asks too often."""

from allauth.core import ratelimit
from django.http import HttpRequest

from accounts.models import Person


class PersonRequest(HttpRequest):
    """A request of someone who is signed in."""

    user: Person


def is_too_often(request: HttpRequest, action: str, *, key: str) -> bool:
    """Tell whether this came too often from one place or for one key; ACCOUNT_RATE_LIMITS says what is too often."""
    return not ratelimit.consume(request, action=action, key=key)
