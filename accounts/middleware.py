"""Who has to prove more at the door, and how a refused form of allauth's pages answers."""

from collections.abc import Callable
from http import HTTPStatus

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Person
from regions.models.standing import standing_of

Answer = Callable[[HttpRequest], HttpResponseBase]

# Paths that lead to a second factor, or away: allauth's mfa pages ask for a confirmed address and a fresh password.
OPEN = (
    "mfa_index",
    "account_reauthenticate",
    "account_email",
    "account_email_verification_sent",
    "account_logout",
    "set_language",
)
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def second_factor(get_response: Answer) -> Answer:
    """Send staff, moderators and the secretary who have no second factor to where they set one up."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.REQUIRE_SECOND_FACTOR and _is_gated(request):
            messages.info(request, _("With your role you also need a second step at sign-in. Set it up first."))
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def _is_gated(request: HttpRequest) -> bool:
    return (
        isinstance(request.user, Person)
        and not request.path_info.startswith(tuple(map(reverse, OPEN)))
        and needs_second_factor(request.user)
        and not has_second_factor(request.user)
    )


def needs_second_factor(person: Person) -> bool:
    standing = standing_of(person)
    return standing.is_staff or standing.is_secretary or bool(standing.moderates)


def has_second_factor(person: Person) -> bool:
    return bool(Authenticator.objects.filter(user=person, type__in=FACTORS).exists())


def refused_form(get_response: Answer) -> Answer:
    """Answer 422 where allauth shows a form again that it refused, as every page of ours does."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        form = (getattr(response, "context_data", None) or {}).get("form")
        if request.method == "POST" and response.status_code == HTTPStatus.OK and form is not None and form.errors:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        return response

    return middleware
