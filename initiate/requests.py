"""What a view may count on behind `login_required`, how a view shows a form and takes it, and what counts as words."""

from django.http import HttpRequest, QueryDict
from django.views.decorators.http import require_http_methods

from accounts.models import Person

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


class PersonRequest(HttpRequest):
    """A request of someone who is signed in."""

    user: Person


def sent(request: HttpRequest) -> QueryDict | None:
    """Return what was sent; an empty form is sent too."""
    return request.POST if request.method == "POST" else None


def is_words(value: str) -> bool:
    """Tell whether somebody typed this: more than a word, a number or the key of a choice."""
    return " " in value.strip()
