"""A person's own pages, and how the network sees a person."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views import i18n
from django.views.decorators.http import require_POST, require_safe

from accounts.errors import AlreadyDecided, AlreadyThere
from accounts.forms import AskForm, ConfirmForm, PreferencesForm, ProfileForm
from accounts.models import Affiliation, Language, Person
from challenges.models import Challenge, Offer
from initiate.once import once
from initiate.requests import PersonRequest, read_or_send, sent
from regions.models import Audience, Contribution, Event, Kind, Membership, Region, Sanction, State, Verb
from regions.models.standing import standing_of
from regions.rules import can_see_person

SHOWN = 20
"""How many of a kind a page shows at most."""


# --- one's own start page -----------------------------------------------------------------------------------


@require_safe
@login_required
def home(request: PersonRequest) -> HttpResponse:
    """Show what one works on, follows and offered, one's regions, and what waits on one."""
    person = request.user
    own = list(Challenge.objects.visible_to(person).of(person).for_list()[: SHOWN * 2])
    followed = Challenge.objects.visible_to(person).followed_by(person).for_list()
    others = Contribution.objects.visible_to(person).exclude(kind=Kind.CHALLENGE).select_related("region")
    page = {
        "others": others.own_or_followed(person).order_by("-last_activity_at", "-pk")[: SHOWN * 2],
        "drafts": [challenge for challenge in own if challenge.state == State.DRAFT],
        "challenges": [challenge for challenge in own if challenge.state != State.DRAFT],
        "followed": followed.exclude(pk__in=[challenge.pk for challenge in own])[:SHOWN],
        "offers": Offer.objects.made_by(person)[:SHOWN],
        "memberships": Membership.objects.of(person),
        "asked": Membership.objects.waiting_on(standing_of(person).moderates)[:SHOWN],
        "warnings": list(Sanction.objects.read_by(person)[:SHOWN]),
        "colleagues": Affiliation.objects.waiting_on(person)[:SHOWN],
    }
    return render(request, "accounts/home.html", page)


# --- profile and preferences --------------------------------------------------------------------------------


@read_or_send
@login_required
def profile(request: PersonRequest) -> HttpResponse:
    form = ProfileForm(sent(request), person=request.user)
    if form.is_valid():
        form.save()
        messages.success(request, _("Your details are saved."))
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=_status(form))


@read_or_send
@login_required
def preferences(request: PersonRequest) -> HttpResponse:
    """Which mail to send and when, and in which language."""
    form = PreferencesForm(sent(request), person=request.user)
    if form.is_valid():
        form.save()
        translation.activate(request.user.language)
        messages.success(request, _("Your preferences are saved."))
        return redirect("accounts:preferences")
    page = {"form": form, "subscription": form.subscription, "quiet": _quiet(request.user)}
    return render(request, "accounts/preferences.html", page, status=_status(form))


def _quiet(person: Person) -> dict[str, Any]:
    """What someone made quiet, as far as they see it: for what they see no more, nothing comes anyway."""
    return {
        "contributions": list(Contribution.objects.visible_to(person).quiet_to(person).order_by("title", "pk")),
        "regions": list(Region.objects.quiet_to(person)),
    }


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Set the language of the site, and keep it with who is signed in."""
    language = request.POST.get("language")
    if isinstance(request.user, Person) and language in Language.values:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return i18n.set_language(request)


# --- where one works ----------------------------------------------------------------------------------------


@read_or_send
@login_required
@once
def affiliations(request: PersonRequest) -> HttpResponse:
    """Show where one works; ask a colleague to confirm it where one's address does not tell."""
    form = AskForm(sent(request), person=request.user)
    if not form.is_valid():
        return _affiliations(request, form, status=_status(form))
    try:
        asked = Affiliation.ask(form.cleaned_data["organisation"], by=request.user)
    except AlreadyThere:
        messages.info(request, _("You work there already, or a colleague still has to answer."))
    else:
        _tell(request, Verb.AFFILIATION_ASKED, asked)
        messages.success(request, _("You asked your colleagues. They see it on their own page."))
    return redirect("accounts:affiliations")


@require_POST
@login_required
def affiliation_decide(request: PersonRequest, pk: int) -> HttpResponse:
    """Confirm until a day, or decline, as a colleague."""
    asked = get_object_or_404(Affiliation.objects.waiting_on(request.user), pk=pk)
    declines = "decline" in request.POST
    form = ConfirmForm(request.POST, prefix=str(pk))
    if not declines and not form.is_valid():
        return _affiliations(request, AskForm(person=request.user), refused=form, status=422)
    try:
        _decide(request, asked, None if declines else form)
    except AlreadyDecided:
        messages.info(request, _("A colleague was first: this was answered already."))
    return redirect("accounts:affiliations")


def _decide(request: PersonRequest, asked: Affiliation, form: ConfirmForm | None) -> None:
    if form is None:
        asked.decline()
        _tell(request, Verb.AFFILIATION_DECLINED, asked)
        messages.success(request, _("You said that %(name)s does not work here.") % {"name": asked.person})
    else:
        asked.confirm(by=request.user, until=form.cleaned_data["until"])
        _tell(request, Verb.AFFILIATION_CONFIRMED, asked)
        messages.success(request, _("You confirmed that %(name)s works here.") % {"name": asked.person})


@require_POST
@login_required
def affiliation_end(request: PersonRequest, pk: int) -> HttpResponse:
    """Stop working somewhere, or take the question to colleagues back."""
    own = request.user.affiliations.filter(basis=Affiliation.Basis.COLLEAGUE)
    try:
        get_object_or_404(own, pk=pk).end()
    except AlreadyDecided:
        messages.info(request, _("A colleague was first: this was answered already."))
    return redirect("accounts:affiliations")


def _affiliations(
    request: PersonRequest, form: AskForm, *, refused: ConfirmForm | None = None, status: int = 200
) -> HttpResponse:
    questions = Affiliation.objects.waiting_on(request.user)
    forms = {str(row.pk): ConfirmForm(prefix=str(row.pk)) for row in questions}
    if refused is not None:
        forms[str(refused.prefix)] = refused
    page = {
        "form": form,
        "refused": refused,
        "has_errors": refused is not None,
        "own": request.user.affiliations.for_list(),
        "questions": [(row, forms[str(row.pk)]) for row in questions],
    }
    return render(request, "accounts/affiliations.html", page, status=status)


def _tell(request: PersonRequest, verb: str, row: Affiliation) -> None:
    """Write the event: for staff, and for the person whom it is about."""
    Event.write(
        verb,
        by=request.user,
        about=row,
        subject=row.person,
        audience=Audience.DESK,
        organisation=row.organisation_id,
    )


# --- how the network sees a person --------------------------------------------------------------------------


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """Show someone to the network; for others this page is not there."""
    shown = Person.objects.filter(pk=pk, is_active=True, erased_at__isnull=True).first()
    if shown is None or not can_see_person(request.user, shown):
        raise Http404
    page: dict[str, Any] = {
        "person": shown,
        "affiliations": shown.affiliations.current().for_list(),
        "themes": shown.themes.all(),
        "memberships": Membership.objects.of(shown).active(),
        "challenges": Challenge.objects.visible_to(request.user).of(shown).published().for_list()[:SHOWN],
    }
    return render(request, "accounts/person.html", page)


def _status(form: Any) -> int:
    return 422 if form.errors else 200
