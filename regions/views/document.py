"""Documents of a region: the list, adding one, its page, and its editions."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digests.reading import read_on_page
from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.document_forms import TITLE, DocumentForm, DocumentsQuery, EditionForm, NewDocumentForm, SeenForm
from regions.errors import AlreadyDone, EditConflict
from regions.forms import PageQuery, SmallForm
from regions.gate import allow, fetch
from regions.models import Document, Region
from regions.models.standing import Reader
from regions.paging import piece_of
from regions.sections import comments_section, follow_section, moderation_section

SHOWN = 5
"""So many versions stand on the page of a document; the others on a page of their own."""


# --- reading ------------------------------------------------------------------------------------------------


@require_safe
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    region = get_object_or_404(Region, slug=slug)
    query = DocumentsQuery.read(request.GET)
    found = Document.objects.visible_to(request.user).readable().filter(region=region).for_list()
    words = {
        "region": region,
        "query": query,
        "piece": piece_of(found.by_title() if query.order == TITLE else found, query.page),
        "may_post": rules.can_post_in(request.user, region),
    }
    return render(request, "regions/documents.html", words)


@require_safe
def document(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch(Document.objects.for_detail(), request.user, pk)
    if slug != found.slug:
        return redirect(found)
    read_on_page(request, found)
    query = PageQuery.read(request.GET)
    context = {"document": found, "owners": found.owners, **around(request.user, found, query.page)}
    return render(request, "regions/document.html", context)


def around(person: Reader, document: Document, page: int) -> dict[str, Any]:
    """What this reader may do, and what stands around the document."""
    editions = list(document.editions.for_list()[: SHOWN + 1])
    return {
        "editions": editions[:SHOWN],
        "has_more": len(editions) > SHOWN,
        "can_edit": rules.can_edit(person, document),
        "can_add": rules.can_add_edition(person, document),
        **comments_section(person, document, page),
        **follow_section(person, document),
        **moderation_section(person, document),
    }


@require_safe
def editions(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    """All versions of a document, the newest first."""
    found = fetch(Document.objects.for_detail(), request.user, pk)
    query = PageQuery.read(request.GET)
    piece = piece_of(found.editions.for_list(), query.page)
    may = {"can_edit": rules.can_edit(request.user, found), "can_add": rules.can_add_edition(request.user, found)}
    return render(request, "regions/editions.html", {"document": found, "piece": piece, **may})


# --- adding and describing ----------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def new(request: PersonRequest, slug: str) -> HttpResponse:
    region = get_object_or_404(Region, slug=slug)
    allow(request.user, region, rules.can_post_in)
    form = NewDocumentForm(request.POST, request.FILES) if request.method == "POST" else NewDocumentForm()
    if not form.is_valid():
        words = {"region": region, "form": form}
        return render(request, "regions/document_new.html", words, status=422 if form.is_bound else 200)
    reach = form.cleaned_data["visibility"]
    made = Document.objects.post(by=request.user, region=region, text=form.text, visibility=reach)
    made.add_edition(*form.cleaned_data["file"], by=request.user)
    if made.publish(request.user):
        messages.success(request, _("Your document is there for others."))
    else:
        messages.success(request, _("A moderator looks first at what a new member posts. You get a notice."))
    return redirect(made)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    document = fetch(Document.objects.for_detail(), request.user, pk, may=rules.can_edit)
    sent = request.POST if request.method == "POST" else None
    form = DocumentForm(sent, initial=DocumentForm.current(document))
    if form.is_valid():
        return _save(request, document, form)
    return _edit_page(request, document, form, status=422 if form.is_bound else 200)


def _edit_page(
    request: PersonRequest, document: Document, form: DocumentForm, status: int, **context: Any
) -> HttpResponse:
    page = {"document": document, "form": form, "small": SmallForm(request.POST or None), **context}
    return render(request, "regions/document_edit.html", page, status=status)


def _save(request: PersonRequest, document: Document, form: DocumentForm) -> HttpResponse:
    seen, reach = form.cleaned_data["version"] or 0, form.cleaned_data["visibility"]
    small = SmallForm(request.POST).is_small
    try:
        is_changed = document.edit(by=request.user, seen=seen, text=form.text, small=small, visibility=reach)
    except EditConflict:
        return _conflict(request, document)
    messages.success(request, _("Your changes are saved.") if is_changed else _("Nothing was changed."))
    return redirect(Document.objects.get(pk=document.pk))


def _conflict(request: PersonRequest, document: Document) -> HttpResponse:
    """Show the newer text, and put the person's own back in the form, now over the newer version."""
    now = fetch(Document.objects.for_detail(), request.user, document.pk)
    data = request.POST.copy()
    data["version"] = str(now.version)
    form = DocumentForm(data)
    newer = [(form[name].label, words) for name, words in now.text.items()]
    return _edit_page(request, now, form, 409, newer=newer)


# --- editions -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def edition_new(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    document = fetch(Document.objects.for_detail(), request.user, pk, may=rules.can_add_edition)
    seen = {"seen": document.number}
    form = EditionForm(request.POST, request.FILES) if request.method == "POST" else EditionForm(initial=seen)
    if not form.is_valid():
        words = {"document": document, "form": form}
        return render(request, "regions/edition_new.html", words, status=422 if form.is_bound else 200)
    made = document.add_edition(*form.cleaned_data["file"], by=request.user, news=form.cleaned_data["news"])
    _tell_number(request, made.number, form.cleaned_data["seen"])
    return redirect(document)


def _tell_number(request: PersonRequest, number: int, seen: int | None) -> None:
    """Say which number it got, and whether a colleague was quicker: then both are kept."""
    said = {"number": number, "before": number - 1}
    if seen in (None, number - 1):
        messages.success(request, _("Version %(number)s is there for others.") % said)
        return
    words = _("A colleague added version %(before)s while you did this. Both are kept; yours is version %(number)s.")
    messages.warning(request, words % said)


@require_POST
@login_required
def edition_put_back(request: PersonRequest, pk: int, slug: str, number: int) -> HttpResponse:
    """Make an older file the newest again; `seen` is the number that was the newest on the screen."""
    document = fetch(Document.objects.for_detail(), request.user, pk, may=rules.can_add_edition)
    edition = get_object_or_404(document.editions, number=number)
    form = SeenForm(request.POST)
    try:
        made = document.put_back(edition, by=request.user, seen=form.cleaned_data["seen"] if form.is_valid() else 0)
    except AlreadyDone:
        messages.warning(request, _("This changed in the meantime. Look at how it stands now."))
    else:
        said = _("Version %(old)s is the newest again, as version %(new)s.")
        messages.success(request, said % {"old": number, "new": made.number})
    return redirect(document)
