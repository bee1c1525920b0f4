"""What a view may count on behind `login_required`, and how one view both shows a form and takes it."""

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
