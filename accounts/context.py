"""What every template may know of who reads it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from regions.models.standing import standing_of


def reader(request: HttpRequest) -> dict[str, Any]:
    """Give `standing`, read when a template asks for it, and `nav`: links that come with a role."""
    user = getattr(request, "user", None)
    standing = SimpleLazyObject(lambda: standing_of(user))
    return {"standing": standing, "nav": _nav(request)}


def _nav(request: HttpRequest) -> list[dict[str, Any]]:
    """Staff finds the admin and the mail log; it costs no query."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or not user.is_staff:
        return []
    log = reverse("digests:log")
    return [
        {"label": _("Admin"), "url": reverse("admin:index"), "current": False},
        {"label": _("Mail log"), "url": log, "current": request.path.startswith(log)},
    ]
