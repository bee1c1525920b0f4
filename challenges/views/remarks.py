"""Responses under feedback."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from challenges.forms.points import RemarkForm
from challenges.models import Challenge, Remark, Review
from challenges.rules import can_delete_remark, can_read_cabinet_only, can_remark
from challenges.sections.feedback import one_review
from challenges.views.points import fetch_review
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone
from regions.forms import PageQuery
from regions.gate import allow, fetch
from regions.paging import page_of

PER_PAGE = 20


@login_required
@once
def remarks(request: PersonRequest, pk: int, slug: str, review_pk: int) -> HttpResponse:
    """One piece of feedback with all that was said about it; write there too."""
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    found = fetch_review(request.user, challenge, review_pk)
    if request.method != "POST":
        return _page(request, found, _form(request, found))
    allow(request.user, challenge, can_remark)
    form = _form(request, found)
    return _write(request, found, form) if form.is_valid() else _page(request, found, form, 422)


def _form(request: PersonRequest, review: Review) -> RemarkForm:
    may_choose = can_read_cabinet_only(request.user, review.challenge)
    return RemarkForm(request.POST if request.method == "POST" else None, may_choose=may_choose)


def _write(request: PersonRequest, review: Review, form: RemarkForm) -> HttpResponse:
    words, among = form.cleaned_data["words"], form.is_for_cabinet
    try:
        remark = Remark.write(review, words, by=request.user, is_for_cabinet=among)
    except AlreadyDone:
        form.add_error(None, _("This challenge was closed in the meantime. Your response was not stored."))
        return _page(request, review, form, 409)
    messages.success(request, _("Only the InnovatieKabinet reads this.") if among else _("Your response was placed."))
    before = Remark.objects.read_by(request.user, review.challenge).filter(review=review, pk__lt=remark.pk).count()
    return redirect(f"{request.path}?pagina={before // PER_PAGE + 1}#reactie-op-feedback-{remark.pk}")


def _page(request: PersonRequest, review: Review, form: RemarkForm, status: int = 200) -> HttpResponse:
    found = Remark.objects.read_by(request.user, review.challenge).filter(review=review).for_list()
    page = page_of(found, PageQuery.read(request.GET).page, PER_PAGE)
    for remark in page:
        remark.review = review
    context = {
        "challenge": review.challenge,
        "row": one_review(request.user, review),
        "page": page,
        "lines": [(remark, can_delete_remark(request.user, remark)) for remark in page],
        "form": form,
        "may_write": can_remark(request.user, review.challenge),
    }
    return render(request, "challenges/remarks.html", context, status=status)


@login_required
def remark_delete(request: PersonRequest, pk: int, slug: str, remark_pk: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    readable = Remark.objects.read_by(request.user, challenge).select_related("by")
    remark = get_object_or_404(readable, pk=remark_pk)
    remark.review = fetch_review(request.user, challenge, remark.review_id)
    back = redirect("challenges:remarks", pk, challenge.slug, remark.review_id)
    if remark.deleted_at:
        messages.info(request, _("This response was deleted before."))
        return back
    allow(request.user, remark, can_delete_remark)
    if request.method != "POST":
        return render(request, "challenges/remark_delete.html", {"challenge": challenge, "remark": remark})
    return _delete(request, remark, back)


def _delete(request: PersonRequest, remark: Remark, back: HttpResponse) -> HttpResponse:
    try:
        remark.delete_words(by=request.user)
    except AlreadyDone:
        messages.info(request, _("This response was deleted before."))
    else:
        messages.success(request, _("The response is deleted."))
    return back
