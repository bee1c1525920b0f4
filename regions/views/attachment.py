"""Files with a contribution: who sees it may download them, who edits it adds and removes them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.files import MOST_FILES
from regions.forms import AttachmentForm
from regions.gate import allow, fetch
from regions.models import Attachment, Contribution
from regions.models.standing import Reader
from regions.rules import can_attach, can_remove_attachment


@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """Send the file to be saved, never to be shown inside the site."""
    found = _fetch(request.user, pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    answer = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.mime)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _fetch(person: Reader, pk: int) -> Attachment:
    found = Attachment.objects.shown().filter(pk=pk).first()
    if found is None:
        raise Http404
    found.contribution = fetch(Contribution.objects.all(), person, found.contribution_id)
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def attach(request: PersonRequest, pk: int) -> HttpResponse:
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=can_attach)
    is_full = contribution.attachments.shown().count() >= MOST_FILES
    form = AttachmentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and not is_full and form.is_valid():
        upload, mime = form.cleaned_data["file"]
        Attachment.add(contribution, upload, mime, by=request.user)
        messages.success(request, _("The file is added."))
        return redirect(contribution)
    words = {"form": form, "contribution": contribution, "is_full": is_full, "most": MOST_FILES}
    return render(request, "regions/attach.html", words, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: PersonRequest, pk: int) -> HttpResponse:
    found = _fetch(request.user, pk)
    allow(request.user, found, can_remove_attachment)
    if request.method != "POST":
        return render(request, "regions/attachment_remove.html", {"attachment": found})
    try:
        found.remove(request.user)
    except AlreadyDone:
        messages.info(request, _("A colleague had already taken this file away."))
    else:
        messages.success(request, _("The file is taken away."))
    return redirect(found.contribution)
