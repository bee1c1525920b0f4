"""Posting and editing a challenge: first a draft, then for its readers."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from challenges.conflict import merge
from challenges.forms.text import ChallengeForm, FilingForm
from challenges.models import Challenge
from challenges.sections.parts import parts_section
from challenges.views.claim import ASKED
from initiate.once import once
from initiate.requests import PersonRequest
from regions import drafts
from regions.errors import AlreadyDone, EditConflict
from regions.forms import SmallForm
from regions.gate import allow, fetch
from regions.models import Claim, Draft, Membership, State, Visibility
from regions.models.standing import standing_of
from regions.rules import can_edit, can_file, can_publish

# --- a new one ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def new(request: PersonRequest) -> HttpResponse:
    if not standing_of(request.user).member_of:
        asked = Membership.objects.pending().of(request.user)
        status = 403 if request.method == "POST" else 200
        return render(request, "challenges/no_region.html", {"asked": asked}, status=status)
    if request.method != "POST":
        form = ChallengeForm(person=request.user, draft=kept_draft(request.user))
        return render(request, "challenges/new.html", {"form": form})
    form = ChallengeForm(request.POST, person=request.user, publishing=wants_to_publish(request))
    if not form.is_valid():
        return render(request, "challenges/new.html", {"form": form}, status=422)
    challenge = Challenge.objects.post(by=request.user, text=form.text, **form.filing, **form.reach)
    drop_draft(request.user, form=form)
    if form.cleaned_data.get("behalf"):
        Claim.ask(challenge, form.cleaned_data["behalf"], by=request.user)
        messages.info(request, ASKED)
    return published(request, challenge) if wants_to_publish(request) else stored(request, challenge)


HELD_BACK = gettext_lazy(
    "Your challenge is with the moderators: they look first at what a new member posts. You get a notice."
)


def wants_to_publish(request: PersonRequest) -> bool:
    return request.POST.get("action") == "publish"


def who_reads(challenge: Challenge) -> str:
    if challenge.visibility == Visibility.TEAM:
        return _("Your challenge is published. Only the team and the moderators can read it.")
    if challenge.visibility == Visibility.REGION:
        return _("Your challenge is published. Your region can now read it and help.")
    return _("Your challenge is published. Now others can read it and help.")


def published(request: PersonRequest, challenge: Challenge) -> HttpResponse:
    try:
        is_public = challenge.publish(request.user)
    except AlreadyDone:
        messages.info(request, _("This was published before."))
    else:
        messages.success(request, who_reads(challenge) if is_public else HELD_BACK)
    return redirect(challenge)


def stored(request: PersonRequest, challenge: Challenge) -> HttpResponse:
    messages.success(request, _("Your draft is saved. Only you and your team can read it."))
    return redirect(challenge)


# --- a text that exists -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_edit)
    if request.method != "POST":
        form = ChallengeForm(person=request.user, challenge=challenge, draft=kept_draft(request.user, challenge))
        return edit_page(request, challenge, form)
    publishing = wants_to_publish(request) or challenge.state != State.DRAFT
    form = ChallengeForm(request.POST, person=request.user, challenge=challenge, publishing=publishing)
    return save(request, challenge, form) if form.is_valid() else edit_page(request, challenge, form, status=422)


def edit_page(
    request: PersonRequest, challenge: Challenge, form: ChallengeForm, status: int = 200, **context: Any
) -> HttpResponse:
    page = {"challenge": challenge, "form": form, "is_draft": challenge.state == State.DRAFT, **context}
    page["small"] = SmallForm(request.POST or None)
    page |= parts_section(request.user, challenge)
    return render(request, "challenges/edit.html", page, status=status)


def save(request: PersonRequest, challenge: Challenge, form: ChallengeForm) -> HttpResponse:
    try:
        is_changed = write(request.user, challenge, form, small=SmallForm(request.POST).is_small)
    except EditConflict:
        return conflict(request, form)
    drop_draft(request.user, challenge, form)
    now = Challenge.objects.get(pk=challenge.pk)
    if now.state == State.DRAFT:
        return published(request, now) if wants_to_publish(request) else stored(request, now)
    messages.success(request, _("Your changes are saved.") if is_changed else _("Nothing was changed."))
    return redirect(now)


def write(by: Person, challenge: Challenge, form: ChallengeForm, *, small: bool = False) -> bool:
    """Write text, reach and filing; tell whether anything differs. Raises EditConflict."""
    seen = form.cleaned_data["version"] or 0
    is_edited = challenge.edit(by=by, seen=seen, text=form.text, small=small, **form.reach)
    return challenge.file_under(by=by, **form.filing) or is_edited


def conflict(request: PersonRequest, form: ChallengeForm) -> HttpResponse:
    """Show both texts, and put the person's own back in the form, now over the newer version."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, form.challenge.pk)  # type: ignore[union-attr]
    newest = challenge.versions.for_list().first()
    base = challenge.versions.filter(number=form.cleaned_data["version"]).first()
    text, clashes = merge(form.text, base.text if base else {}, challenge.text)
    data = request.POST.copy()
    for name, words in {**text, "version": str(challenge.version)}.items():
        data[name] = words
    again = ChallengeForm(data, person=request.user, challenge=challenge)
    return edit_page(request, challenge, again, status=409, clashes=clashes, newest=newest)


@login_required
@require_POST
def publish(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_edit)
    if challenge.state != State.DRAFT:
        return published(request, challenge)
    allow(request.user, challenge, can_publish)
    form = ChallengeForm(ChallengeForm.current(challenge), person=request.user, challenge=challenge)
    if not form.is_valid():
        return edit_page(request, challenge, form, status=422)
    return published(request, challenge)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def discard(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_edit)
    if request.method == "POST":
        try:
            challenge.discard(request.user)
        except AlreadyDone:
            messages.warning(request, _("This is published, so it can no longer be thrown away."))
            return redirect(challenge)
        messages.success(request, _("The draft is thrown away."))
        return redirect("home")
    return render(request, "challenges/discard.html", {"challenge": challenge})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def file(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Put under another region, other themes and tags; a moderator may do this too."""
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_file)
    form = FilingForm(request.POST or None, person=request.user, challenge=challenge)
    if request.method == "POST" and form.is_valid():
        if challenge.file_under(by=request.user, **form.cleaned_data):
            messages.success(request, _("The region, themes or tags are changed. The author and the team are told."))
        return redirect(challenge)
    status = 422 if form.errors else 200
    return render(request, "challenges/file.html", {"challenge": challenge, "form": form}, status=status)


# --- what someone is still writing --------------------------------------------------------------------------


@login_required
@require_POST
def draft(request: PersonRequest, pk: int = 0, slug: str = "") -> HttpResponse:
    """Keep what is typed, or show it beside what another device keeps."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk, may=can_edit) if pk else None
    form = ChallengeForm(request.POST, person=request.user, challenge=challenge)
    other = kept_draft(request.user, challenge) if drafts.COMPARE in request.POST else None
    if other is None:
        return drafts.keep(form, place_of(challenge), by=request.user, contribution=challenge)
    mine, theirs = drafts.both(form, other)
    again = ChallengeForm(person=request.user, challenge=challenge, draft=mine)
    if challenge:
        return edit_page(request, challenge, again, status=409, theirs=theirs)
    return render(request, "challenges/new.html", {"form": again, "theirs": theirs}, status=409)


@login_required
@require_POST
def drop(request: PersonRequest, pk: int = 0, slug: str = "") -> HttpResponse:
    """Throw away what was kept."""
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_edit) if pk else None
    drop_draft(request.user, challenge)
    messages.success(request, _("The unsaved text is thrown away."))
    return redirect("challenges:edit", pk, challenge.slug) if challenge else redirect("challenges:new")


def place_of(challenge: Challenge | None) -> str:
    return f"challenge/{challenge.pk}" if challenge else "challenge/new"


def kept_draft(person: Person, challenge: Challenge | None = None) -> Draft | None:
    return drafts.kept(person, place_of(challenge))


def drop_draft(person: Person, challenge: Challenge | None = None, form: ChallengeForm | None = None) -> None:
    drafts.drop(person, place_of(challenge), form)
