"""Reports: of who is signed in, of a visitor by a confirmed address, and closing them without a measure."""

from allauth.core.ratelimit import consume_or_429
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from digests.outbox import queue_confirmation
from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.errors import AlreadyDone
from regions.forms import AboutQuery, ReportForm
from regions.gate import fetch
from regions.models import Comment, Contribution, Report, UnconfirmedReport
from regions.ruling_forms import SeenForm, VisitorReportForm
from regions.views.moderation import done

CONFIRM = gettext_lazy(
    "We send a mail to %(email)s. Open the link in it within three days: only then do the moderators see your"
    " report. No mail? Then an earlier one to this address still waits for you."
)
DEALT_WITH = gettext_lazy("In the meantime a moderator dealt with this. There is nothing to report any more.")


@require_http_methods(["GET", "HEAD", "POST"])
@once
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """ "This should not be here": about the contribution or, with `reactie`, about a comment under it."""
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_report)
    comment = _reported_comment(request, contribution)
    kind = ReportForm if isinstance(request.user, Person) else VisitorReportForm
    form = kind(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        words = {"form": form, "contribution": contribution, "comment": comment}
        return render(request, "regions/report.html", words, status=422 if form.errors else 200)
    if isinstance(request.user, Person):
        return _make(request, request.user, contribution, comment, form)
    return _ask_to_confirm(request, contribution, comment, form)


def _reported_comment(request: HttpRequest, contribution: Contribution) -> Comment | None:
    pk = AboutQuery.read(request.GET).cleaned_data["reactie"]
    if pk is None:
        return None
    return get_object_or_404(contribution.comments.shown().select_related("author"), pk=pk)


def _make(
    request: HttpRequest, person: Person, contribution: Contribution, comment: Comment | None, form: ReportForm
) -> HttpResponseRedirect:
    try:
        Report.make(contribution, by=person, comment=comment, **form.cleaned_data)
    except AlreadyDone:
        messages.info(request, DEALT_WITH)
        return redirect("home")
    messages.success(request, _("Thank you. The moderators look at it. You hear what they did."))
    return redirect(comment or contribution)


def _ask_to_confirm(
    request: HttpRequest, contribution: Contribution, comment: Comment | None, form: ReportForm
) -> HttpResponse:
    """Mail a link to the address. The answer is the same for every address, known to us or not."""
    email = form.cleaned_data.pop("email")
    refused: HttpResponse | None = consume_or_429(request, action="report", key=email.lower())
    if refused:
        return refused
    language = (get_language() or "nl")[:2]
    kept = UnconfirmedReport.keep(contribution, email, comment=comment, language=language, **form.cleaned_data)
    if kept:
        queue_confirmation(kept)
    messages.success(request, CONFIRM % {"email": email})
    return redirect(comment or contribution)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in the mail leads; it changes nothing by itself, as programs follow links too."""
    found = _unconfirmed(request, token)
    if found is None:
        return render(request, "regions/report_over.html", status=410)
    if request.method != "POST":
        return render(request, "regions/report_confirm.html", {"report": found})
    try:
        found.confirm(request.user)
    except AlreadyDone:
        messages.info(request, DEALT_WITH)
        return redirect("home")
    messages.success(request, _("Thank you. The moderators look at it. You hear by mail what they did."))
    return redirect(found.comment or found.contribution)


def _unconfirmed(request: HttpRequest, token: str) -> UnconfirmedReport | None:
    """Return the report of a link while it can be confirmed by who sees what it is about. Raises Http404."""
    try:
        found = UnconfirmedReport.objects.of_token(token)
    except signing.BadSignature:
        raise Http404 from None
    seen = Contribution.objects.visible_to(request.user).filter(pk=found.contribution_id).first() if found else None
    if found is None or seen is None or not rules.can_report(request.user, seen):
        return None
    found.contribution = seen
    return found


@require_POST
@login_required
def close(request: PersonRequest, pk: int) -> HttpResponse:
    """Close without a measure all that is reported about the same thing, up to the last that was on the screen."""
    found = get_object_or_404(Report.objects.for_list(), pk=pk)
    contribution = fetch(Contribution.objects.all(), request.user, found.contribution_id)
    if not rules.can_moderate(request.user, contribution):
        raise Http404
    if not rules.can_judge(request.user, contribution, found.comment):
        raise PermissionDenied
    last = SeenForm.read(request.POST).cleaned_data["tot"]
    said = _("This is closed. Whoever reported it hears so.")
    return done(request, contribution, lambda: found.close(request.user, last=last), said)
