"""Several rows of the desk at once: what will happen, doing it, how it went, and taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.errors import TooLate
from regions.models import Batch, BatchItem
from regions.models.batch import chosen
from regions.ruling_forms import BulkQuery


@require_http_methods(["GET", "HEAD", "POST"])
@transaction.non_atomic_requests
@login_required
@once
def bulk(request: PersonRequest) -> HttpResponse:
    """Sum up what will happen to the ticked rows; a POST does it, each row in a transaction of its own."""
    if not rules.can_moderate_some(request.user):
        raise Http404
    query = BulkQuery.read(request.POST if request.method == "POST" else request.GET)
    rows = chosen(request.user, query.cleaned_data["rij"] or [])
    wanted = [row for row in rows if query.takes(row.sort)]
    if request.method == "POST" and wanted:
        return redirect(Batch.run(wanted, by=request.user))
    words = {
        "query": query,
        "rows": [row for row in wanted if row.waits],
        "done_before": [row for row in wanted if not row.waits],
        "not_asked": [row for row in rows if not query.takes(row.sort)],
    }
    return render(request, "regions/bulk.html", words)


@require_safe
@login_required
def batch(request: PersonRequest, pk: int) -> HttpResponse:
    """How it went, row by row; with the button to take it back while that can be done."""
    found, items = _own(request, pk)
    may_undo = found.can_be_undone and any(item.state == BatchItem.State.DONE for item in items)
    return render(request, "regions/batch.html", {"batch": found, "items": items, "may_undo": may_undo})


def _own(request: PersonRequest, pk: int) -> tuple[Batch, list[BatchItem]]:
    """Return what this moderator did, as far as they still moderate it. Raises Http404."""
    found = get_object_or_404(Batch, pk=pk, by=request.user)
    items = found.items.seen_by(request.user)
    if not items:
        raise Http404
    return found, items


@require_POST
@transaction.non_atomic_requests
@login_required
def batch_undo(request: PersonRequest, pk: int) -> HttpResponse:
    found, _items = _own(request, pk)
    try:
        number = found.undo(request.user)
    except TooLate:
        messages.error(request, _("The half hour in which you could take this back is over."))
        return redirect(found)
    if number:
        said = ngettext("%d row is taken back, and waits again.", "%d rows are taken back, and wait again.", number)
        messages.success(request, said % number)
    else:
        messages.warning(request, _("There was nothing left to take back."))
    return redirect(found)
