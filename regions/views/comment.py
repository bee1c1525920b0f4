"""Comments under a contribution: write, reply, change within half an hour, delete."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone, TooLate
from regions.forms import AnswerQuery, CommentForm, ReplyForm
from regions.gate import allow, fetch, fetch_comment
from regions.models import Comment, Contribution
from regions.rules import can_change_comment, can_comment, can_delete_comment
from regions.sections import THREADS, audience_of


@require_safe
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to a comment on its page of the contribution."""
    comment = fetch_comment(request.user, pk)
    page = comment.threads_before() // THREADS + 1
    where = "" if page == 1 else f"?pagina={page}"
    return redirect(f"{comment.contribution.get_absolute_url()}{where}#reactie-{pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def comment(request: PersonRequest, pk: int) -> HttpResponse:
    """The form on a page of its own (GET, `op` is the comment that is answered), and where every form is sent."""
    contribution = fetch(Contribution.objects.all(), request.user, pk)
    if request.method == "POST" and contribution.is_closed_for_comments:
        return _closed(request, contribution, ReplyForm(request.POST, contribution=contribution))
    allow(request.user, contribution, can_comment)
    if request.method != "POST":
        return _form_page(request, contribution, _empty_form(request, contribution))
    form = ReplyForm(request.POST, contribution=contribution)
    if not form.is_valid():
        return _form_page(request, contribution, form, status=422)
    try:
        written = Comment.write(contribution, form.cleaned_data["text"], by=request.user, parent=form.answers)
    except AlreadyDone:
        return _closed(request, contribution, form)
    messages.success(request, _("Your comment is posted. You can change it for half an hour."))
    return redirect(written)


def _closed(request: PersonRequest, contribution: Contribution, form: ReplyForm) -> HttpResponse:
    """Give the words back to who came too late: before the form was sent, or while it was."""
    form.add_error(None, _("The comments were closed while you wrote. Nothing was posted."))
    return _form_page(request, contribution, form, status=409)


def _empty_form(request: PersonRequest, contribution: Contribution) -> ReplyForm:
    """Several of these may stand on one page, below the comments that they answer: each has ids of its own."""
    answered = AnswerQuery.read(request.GET).cleaned_data["op"]
    return ReplyForm(initial={"parent": answered}, contribution=contribution, auto_id=f"antwoord-{answered or 0}-%s")


def _form_page(request: PersonRequest, contribution: Contribution, form: ReplyForm, status: int = 200) -> HttpResponse:
    words = {"contribution": contribution, "form": form, "audience": audience_of(contribution)}
    return render(request, "regions/comment_form.html", {**words, "parent": form.answers}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    comment = fetch_comment(request.user, pk)
    allow(request.user, comment, can_change_comment)
    form = CommentForm(request.POST if request.method == "POST" else None, initial={"text": comment.text})
    if form.is_valid():
        return _change(request, comment, form.cleaned_data["text"])
    words = {"form": form, "comment": comment, "contribution": comment.contribution}
    return render(request, "regions/comment_edit.html", words, status=422 if form.errors else 200)


def _change(request: PersonRequest, comment: Comment, text: str) -> HttpResponseRedirect:
    try:
        comment.change(text)
    except TooLate:
        messages.error(request, _("The half hour in which you can change a comment is over."))
    else:
        messages.success(request, _("Your comment is changed."))
    return redirect(comment)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    comment = fetch_comment(request.user, pk)
    if comment.state == Comment.State.DELETED and comment.author == request.user:
        messages.info(request, _("This comment was already gone."))
        return redirect(comment)
    allow(request.user, comment, can_delete_comment)
    if request.method != "POST":
        return render(request, "regions/comment_delete.html", {"comment": comment})
    try:
        comment.delete_text()
    except AlreadyDone:
        messages.info(request, _("This comment was already gone."))
    else:
        messages.success(request, _("Your comment is deleted. Replies to it stay."))
    return redirect(comment)
