"""Taking a region along, for a moderator: asking for it, seeing how far it is, and getting the file."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from challenges.export.run import wake
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.models import Export
from regions.views.membership import moderated_region


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def export(request: PersonRequest, slug: str) -> HttpResponse:
    region = moderated_region(request, slug)
    if request.method == "POST":
        try:
            wake(Export.ask(region, by=request.user).pk)
        except AlreadyDone:
            messages.info(request, _("Your file is being made already."))
        return redirect("regions:export", region.slug)
    exports = Export.objects.for_list(region, request.user)
    current = exports[0] if exports and not exports[0].is_over else None
    words = {"region": region, "current": current, "earlier": [one for one in exports if one != current]}
    return render(request, "regions/export.html", words)


@require_safe
@login_required
def export_file(request: PersonRequest, slug: str, pk: int) -> FileResponse:
    """Send the file to its owner, while they moderate the region and its days are not over."""
    region = moderated_region(request, slug)
    found = get_object_or_404(Export.objects.ready(), pk=pk, region=region, by=request.user)
    try:
        content = found.path.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    name = f"initiate-{region.slug}-{timezone.localdate(found.ready_at):%Y-%m-%d}.zip"
    answer = FileResponse(content, as_attachment=True, filename=name, content_type="application/zip")
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, no-store"
    return answer
