"""The door to allauth's moments: what a mail, a confirmed address and a first sign-in mean here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Affiliation, Person, Step, Visit
from digests.outbox import queue_account_mail
from initiate.requests import PersonRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """allauth's account pages: their mail goes through the outbox, their addresses give affiliations."""

    # allauth's msgids, so that our catalogue says them in our words.
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is currently inactive."),
        "cannot_remove_primary_email": _("You cannot remove your primary email address."),
        "duplicate_email": _("This email address is already associated with this account."),
        "email_password_mismatch": _("The email address and/or password you specified are not correct."),
        "email_taken": _("A user is already registered with this email address."),
        "enter_current_password": _("Please type your current password."),
        "incorrect_code": _("Incorrect code."),
        "incorrect_password": _("Incorrect password."),
        "invalid_or_expired_key": _("Invalid or expired key."),
        "invalid_login": _("Invalid login."),
        "invalid_password_reset": _("The password reset token was invalid."),
        "too_many_login_attempts": _("Too many failed login attempts. Try again later."),
        "unverified_primary_email": _("Your primary email address must be verified."),
        "same_as_current": _("The new value must be different from the current one."),
        "rate_limited": _("Be patient, you are sending too many requests."),
    }

    def new_user(self, request: HttpRequest) -> Person:
        """Return someone who signs up, by whichever way, with the whole first visit before them."""
        person: Person = super().new_user(request)
        person.steps_left = list(Step.values)
        return person

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        queue_account_mail(template_prefix, email, context)

    def send_account_already_exists_mail(self, email: str) -> None:
        """Take the time that a new password takes, so that the clock does not tell that there is an account."""
        make_password(email)
        super().send_account_already_exists_mail(email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Confirm an address; the affiliations by domain follow from the confirmed addresses."""
        confirmed: bool = super().confirm_email(request, email_address)
        person = email_address.user
        addresses = EmailAddress.objects.filter(user=person, verified=True).values_list("email", flat=True)
        Affiliation.objects.follow_addresses(person, addresses)
        return confirmed

    def get_login_redirect_url(self, request: PersonRequest) -> str:
        """Return the home page, and once, to who was never here, the steps of the first visit.

        allauth does not ask where someone came to do something (`next`): they go there.
        """
        if request.method == "POST" and request.user.steps_left and is_first_visit(request):
            return reverse("accounts:welcome")
        return str(super().get_login_redirect_url(request))

    get_signup_redirect_url = get_login_redirect_url

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("accounts:profile")


def is_first_visit(request: PersonRequest) -> bool:
    """Tell whether this person was never here, and note that they are now."""
    is_first = not Visit.objects.filter(person=request.user).exists()
    Visit.arrive(request.user)
    return is_first


class OrganisationAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def get_signup_form_initial_data(self, sociallogin: SocialLogin) -> dict[str, Any]:
        """Give what the organisation told about who is new (OpenID Connect, standard claims)."""
        told = sociallogin.account.extra_data.get("userinfo", {})
        return {**super().get_signup_form_initial_data(sociallogin), "name": told.get("name", "")}


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    # allauth's msgids, as above.
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("You cannot deactivate two-factor authentication."),
        "cannot_generate_recovery_codes": _(
            "You cannot generate recovery codes without having two-factor authentication enabled."
        ),
        "incorrect_code": _("Incorrect code."),
        "unverified_email": _(
            "You cannot activate two-factor authentication until you have verified your email address."
        ),
    }
