"""The talk after feedback: points that are answered, closed or asked on about; a correction; responses."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from challenges.forms.points import CorrectForm, FollowUpForm, PointForm
from challenges.models import Challenge, Point, Review
from challenges.rules import can_answer_point, can_correct, can_follow_up, can_read_reviews, is_writer
from challenges.sections.changes import readable
from challenges.sections.feedback import READERS
from initiate.once import once
from initiate.requests import PersonRequest
from regions.errors import AlreadyDone, TooLate
from regions.gate import allow, fetch
from regions.models import Version, Visibility
from regions.models.standing import Reader

MOST_VERSIONS = 50
TOO_LATE = gettext_lazy("Feedback can be corrected for one hour after it was sent. That hour is over.")


def fetch_review(person: Reader, challenge: Challenge, pk: int) -> Review:
    """Return feedback that this person may read. Raises Http404."""
    known = Review.objects.for_challenge(challenge).read_by(person)
    found = get_object_or_404(known if can_read_reviews(person, challenge) else known.none(), pk=pk)
    found.challenge = challenge
    return found


def _fetch_point(request: HttpRequest, challenge: Challenge, pk: int) -> Point:
    """Return a point in feedback that this person may read. Raises Http404."""
    points = Point.objects.filter(review__challenge=challenge).select_related("raised_by", "answered_by")
    found = get_object_or_404(points.prefetch_related("turns__by"), pk=pk)
    found.review = fetch_review(request.user, challenge, found.review_id)
    return found


def _back(point: Point) -> HttpResponse:
    return redirect(f"{point.review.challenge.get_absolute_url()}#punt-{point.pk}")


# --- the team answers ---------------------------------------------------------------------------------------


@login_required
@once
def point(request: PersonRequest, pk: int, slug: str, point_pk: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    found = _fetch_point(request, challenge, point_pk)
    allow(request.user, found, can_answer_point)
    versions = _versions(request.user, found)
    if request.method == "POST":
        form = PointForm(request.POST, versions=versions)
        if form.is_valid():
            return _answer(request, found, form, versions)
    else:
        state = "" if found.state == Point.State.OPEN else found.state
        now = {"seen": found.mark, "state": state, "answer": found.answer if state else ""}
        shown_in = found.done_version or (PointForm.NOWHERE if state == Point.State.DONE else "")
        form = PointForm(initial={**now, "done_version": shown_in}, versions=versions)
    context = {"challenge": challenge, "point": found, "form": form}
    return render(request, "challenges/point.html", context, status=422 if form.is_bound else 200)


def _versions(person: Reader, point: Point) -> list[Version]:
    """Return in which versions it may show, the latest first: the one that the feedback is about, and those after."""
    since = readable(person, point.review.challenge).filter(number__gte=point.review.version)
    return list(since.for_list()[:MOST_VERSIONS])


def _answer(request: PersonRequest, found: Point, form: PointForm, versions: list[Version]) -> HttpResponse:
    challenge = found.review.challenge
    try:
        found.settle(by=request.user, **form.cleaned_data)
    except AlreadyDone:
        newest = _fetch_point(request, challenge, found.pk)
        again = PointForm({**request.POST.dict(), "seen": newest.mark}, versions=versions)
        again.add_error(None, _("Something happened to this point in the meantime. Look at that first."))
        context = {"challenge": challenge, "point": newest, "form": again, "has_conflict": True}
        return render(request, "challenges/point.html", context, status=409)
    messages.success(request, _("Your answer was sent to %(name)s.") % {"name": found.maker.name})
    return _back(found)


# --- who made the point goes on -----------------------------------------------------------------------------


@login_required
@once
def follow_up(request: PersonRequest, pk: int, slug: str, point_pk: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    found = _fetch_point(request, challenge, point_pk)
    allow(request.user, found, can_follow_up)
    is_closed = found.closed_at is not None
    form = FollowUpForm(request.POST or None, initial={"seen": found.mark}, is_closed=is_closed)
    if request.method == "POST" and form.is_valid():
        return _follow_up(request, found, form)
    return _follow_up_page(request, found, form, 422 if form.is_bound else 200)


def _follow_up(request: PersonRequest, found: Point, form: FollowUpForm) -> HttpResponse:
    is_content, seen = form.cleaned_data["verdict"] == form.CONTENT, form.cleaned_data["seen"]
    try:
        if is_content:
            found.close(by=request.user, seen=seen)
        else:
            found.ask_on(form.cleaned_data["words"], by=request.user, seen=seen)
    except AlreadyDone:
        newest = _fetch_point(request, found.review.challenge, found.pk)
        again = FollowUpForm({**request.POST.dict(), "seen": newest.mark})
        again.add_error(None, _("Something happened to this point in the meantime. Look at that first."))
        return _follow_up_page(request, newest, again, 409)
    said = _("The point is closed. Thank you.") if is_content else _("Your question is with the team.")
    messages.success(request, said)
    return _back(found)


def _follow_up_page(request: PersonRequest, found: Point, form: FollowUpForm, status: int) -> HttpResponse:
    context = {"challenge": found.review.challenge, "point": found, "form": form}
    return render(request, "challenges/follow_up.html", context, status=status)


# --- the writer corrects ------------------------------------------------------------------------------------


@login_required
@once
def correct(request: PersonRequest, pk: int, slug: str, review_pk: int) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    found = fetch_review(request.user, challenge, review_pk)
    allow(request.user, found, is_writer)
    if request.method != "POST":
        if can_correct(request.user, found):
            return _correct_page(request, CorrectForm(review=found))
        messages.info(request, TOO_LATE)
        return redirect(found)
    form = CorrectForm(request.POST, review=found)
    return _correct(request, form) if form.is_valid() else _correct_page(request, form, 422)


def _correct(request: PersonRequest, form: CorrectForm) -> HttpResponse:
    """What cannot be saved any more stays on the screen."""
    review = form.review
    try:
        is_changed = review.correct(text=form.text, points=form.changes, seen=form.cleaned_data["mark"])
    except TooLate:
        form.add_error(None, TOO_LATE)
        return _correct_page(request, form, 409, is_over=True)
    except AlreadyDone:
        newest = fetch_review(request.user, review.challenge, review.pk)
        again = CorrectForm({**request.POST.dict(), "mark": newest.mark}, review=newest)
        again.add_error(None, _("You changed this in another window, or the team answered. Look at that first."))
        return _correct_page(request, again, 409, theirs=again.newer)
    messages.success(request, _("Your feedback was corrected.") if is_changed else _("Nothing was changed."))
    return redirect(review)


def _correct_page(request: PersonRequest, form: CorrectForm, status: int = 200, **more: object) -> HttpResponse:
    challenge = form.review.challenge
    readers = READERS[Visibility(challenge.visibility)]
    context = {"challenge": challenge, "review": form.review, "form": form, "readers": readers, **more}
    return render(request, "challenges/correct.html", context, status=status)
