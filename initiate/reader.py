"""Who is asking."""

from django.http import HttpRequest

from accounts.models import Person


def reader(request: HttpRequest) -> Person:
    """Return the person who is signed in; call it behind `login_required`. Raises TypeError for a visitor."""
    if not isinstance(request.user, Person):
        raise TypeError("nobody is signed in")
    return request.user
