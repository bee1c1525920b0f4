"""Prototypes and test rounds: adding them, and correcting what was written."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from challenges.forms.prototype import PrototypeForm, RoundForm
from challenges.models import Challenge, Prototype, TestRound
from challenges.rules import can_add_prototype
from initiate.once import once
from initiate.requests import PersonRequest
from regions.gate import fetch
from regions.rules import can_edit


@login_required
@once
def prototype_new(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_add_prototype)
    form = PrototypeForm(request.POST if request.method == "POST" else None, challenge=challenge)
    if request.method == "POST" and form.is_valid():
        prototype = Prototype.add(challenge, by=request.user, **form.words)
        prototype.files.set(form.cleaned_data.get("attachments", []))
        messages.success(request, _("Prototype %(number)d is added.") % {"number": prototype.number})
        return redirect(prototype)
    return prototype_page(request, challenge, form)


@login_required
def prototype_edit(request: PersonRequest, pk: int, slug: str, number: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_edit)
    prototype = get_object_or_404(challenge.prototypes, number=number)
    form = PrototypeForm(request.POST if request.method == "POST" else None, challenge=challenge, prototype=prototype)
    if request.method == "POST" and form.is_valid():
        prototype.edit(by=request.user, **form.words)
        prototype.files.set(form.cleaned_data.get("attachments", []))
        messages.success(request, _("Your changes are saved."))
        return redirect(prototype)
    return prototype_page(request, challenge, form, prototype)


def prototype_page(
    request: PersonRequest, challenge: Challenge, form: PrototypeForm, prototype: Prototype | None = None
) -> HttpResponse:
    context = {"challenge": challenge, "form": form, "prototype": prototype}
    return render(request, "challenges/prototype.html", context, status=422 if form.errors else 200)


@login_required
@once
def round_new(request: PersonRequest, pk: int, slug: str, number: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_add_prototype)
    prototype = get_object_or_404(challenge.prototypes, number=number)
    form = RoundForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        test = TestRound.add(prototype, by=request.user, **form.cleaned_data)
        messages.success(request, _("The test round is added. What will you do with it?"))
        return redirect(test)
    return round_page(request, challenge, prototype, form)


@login_required
def round_edit(request: PersonRequest, pk: int, slug: str, test: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.all(), request.user, pk, may=can_edit)
    found = get_object_or_404(TestRound.objects.select_related("prototype"), prototype__challenge=challenge, pk=test)
    form = RoundForm(request.POST if request.method == "POST" else None, test=found)
    if request.method == "POST" and form.is_valid():
        found.edit(by=request.user, **form.cleaned_data)
        messages.success(request, _("Your changes are saved."))
        return redirect(found)
    return round_page(request, challenge, found.prototype, form, found)


def round_page(
    request: PersonRequest,
    challenge: Challenge,
    prototype: Prototype,
    form: RoundForm,
    test: TestRound | None = None,
) -> HttpResponse:
    context = {"challenge": challenge, "prototype": prototype, "form": form, "test": test}
    return render(request, "challenges/round.html", context, status=422 if form.errors else 200)
