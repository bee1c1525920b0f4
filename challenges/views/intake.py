"""Bringing in challenges from a file, by a moderator for their region: first what was found, then the challenges."""

import csv

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from challenges.forms.intake import IntakeForm
from challenges.intake import COLUMNS, Intake
from initiate.once import once
from initiate.requests import PersonRequest
from regions.models import Region
from regions.views.membership import moderated_region


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def intake(request: PersonRequest, slug: str) -> HttpResponse:
    region = moderated_region(request, slug)
    posted = request.method == "POST"
    form = IntakeForm(request.POST if posted else None, request.FILES if posted else None, region=region)
    found = form.cleaned_data["found"] if form.is_valid() else None
    if found and found.lines and request.POST.get("akkoord") == "ja":
        return _bring_in(request, region, found)
    words = {"region": region, "form": form, "found": found, "columns": COLUMNS}
    return render(request, "challenges/intake.html", words, status=422 if form.errors else 200)


def _bring_in(request: PersonRequest, region: Region, found: Intake) -> HttpResponseRedirect:
    number = len(found.bring_in(importer=request.user, without_wrong=True))
    if number:
        said = ngettext("%d challenge is brought in.", "%d challenges are brought in.", number)
        messages.success(request, said % number)
    else:
        messages.info(request, _("These were brought in before. Nothing was stored twice."))
    return redirect(region)


@require_safe
@login_required
def example(request: PersonRequest, slug: str) -> HttpResponse:
    """An empty file with the right heading row, as Dutch Excel opens it."""
    region = moderated_region(request, slug)
    answer = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="challenges-{region.slug}.csv"'
    csv.writer(answer, delimiter=";").writerow(COLUMNS)
    return answer
