"""What a view may count on behind `login_required`."""

from django.http import HttpRequest

from accounts.models import Person


class PersonRequest(HttpRequest):
    """A request of someone who is signed in."""

    user: Person
