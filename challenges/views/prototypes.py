"""Prototypes and test rounds: adding them, and correcting what was written."""

from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from challenges.forms.prototype import PrototypeForm, RoundForm
from challenges.models import Challenge, Prototype, TestRound
from challenges.rules import can_add_prototype
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import EditConflict
from regions.forms import TextForm
from regions.gate import fetch
from regions.models import Attachment
from regions.rules import can_edit

Texts = Sequence[tuple[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def prototype_new(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_add_prototype)
    form = PrototypeForm(posted(request), request.FILES or None, challenge=challenge)
    if request.method == "POST" and form.is_valid():
        prototype = Prototype.add(challenge, by=request.user, **form.words)
        keep_files(request, challenge, prototype, form)
        messages.success(request, _("Prototype %(number)d is added.") % {"number": prototype.number})
        return redirect(prototype)
    return prototype_page(request, challenge, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def prototype_edit(request: PersonRequest, pk: int, slug: str, number: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_edit)
    prototype = get_object_or_404(challenge.prototypes, number=number)
    form = PrototypeForm(posted(request), request.FILES or None, challenge=challenge, prototype=prototype)
    if request.method == "POST" and form.is_valid():
        try:
            prototype.edit(by=request.user, seen=form.cleaned_data["seen"], **form.words)
        except EditConflict:
            again = PrototypeForm(over(request, prototype.mark), challenge=challenge, prototype=prototype)
            return prototype_page(request, challenge, again, prototype, form.texts(prototype))
        keep_files(request, challenge, prototype, form)
        messages.success(request, _("Your changes are saved."))
        return redirect(prototype)
    return prototype_page(request, challenge, form, prototype)


def keep_files(request: PersonRequest, challenge: Challenge, prototype: Prototype, form: PrototypeForm) -> None:
    """Tie the chosen files to the prototype, and the one that came along, which is a file of the challenge too."""
    prototype.files.set(form.cleaned_data.get("attachments", []))
    if form.cleaned_data.get("upload"):
        upload, mime = form.cleaned_data["upload"]
        prototype.files.add(Attachment.add(challenge, upload, mime, by=request.user))


def posted(request: PersonRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def over(request: PersonRequest, mark: str) -> QueryDict:
    """Return what was typed, now over the newer text: sending it again replaces that knowingly."""
    typed = request.POST.copy()
    typed["seen"] = mark
    return typed


def prototype_page(
    request: PersonRequest,
    challenge: Challenge,
    form: PrototypeForm,
    prototype: Prototype | None = None,
    newer: Texts = (),
) -> HttpResponse:
    context = {"challenge": challenge, "form": form, "prototype": prototype, "newer": newer}
    return render(request, "challenges/prototype.html", context, status=status_of(form, newer))


def status_of(form: TextForm, newer: Texts) -> int:
    return 409 if newer else 422 if form.errors else 200


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def round_new(request: PersonRequest, pk: int, slug: str, number: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_add_prototype)
    prototype = get_object_or_404(challenge.prototypes, number=number)
    form = RoundForm(posted(request))
    if request.method == "POST" and form.is_valid():
        test = TestRound.add(prototype, by=request.user, **form.words)
        messages.success(request, _("The test round is added. What will you do with it?"))
        return redirect(test)
    return round_page(request, challenge, prototype, form)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def round_edit(request: PersonRequest, pk: int, slug: str, test: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_edit)
    found = get_object_or_404(TestRound.objects.select_related("prototype"), prototype__challenge=challenge, pk=test)
    form = RoundForm(posted(request), test=found)
    if request.method == "POST" and form.is_valid():
        try:
            found.edit(by=request.user, seen=form.cleaned_data["seen"], **form.words)
        except EditConflict:
            again = RoundForm(over(request, found.mark), test=found)
            return round_page(request, challenge, found.prototype, again, found, form.texts(found))
        messages.success(request, _("Your changes are saved."))
        return redirect(found)
    return round_page(request, challenge, found.prototype, form, found)


def round_page(
    request: PersonRequest,
    challenge: Challenge,
    prototype: Prototype,
    form: RoundForm,
    test: TestRound | None = None,
    newer: Texts = (),
) -> HttpResponse:
    context = {"challenge": challenge, "prototype": prototype, "form": form, "test": test, "newer": newer}
    return render(request, "challenges/round.html", context, status=status_of(form, newer))
