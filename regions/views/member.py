"""One member, as moderators see them: since when, earlier warnings and suspensions; and warning them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from initiate.once import once
from initiate.requests import PersonRequest
from regions import rules
from regions.errors import AlreadyDone
from regions.forms import AboutQuery, PartQuery
from regions.gate import allow, fetch
from regions.models import Comment, Contribution, Membership, Ruling, Sanction
from regions.paging import pieces_of
from regions.ruling_forms import ThingQuery, WarningForm
from regions.views.membership import moderated_region


@require_safe
@login_required
def member(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    region = moderated_region(request, slug)
    membership = get_object_or_404(region.memberships.for_list(), pk=pk)
    seen = Contribution.objects.visible_to(request.user).filter(region=region)
    parts: dict[str, QuerySet[Any]] = {
        "maatregelen": membership.sanctions.for_list(),
        "verborgen": Ruling.objects.filter(contribution__in=seen).hidings_of(membership.person).for_list(),
    }
    query = PartQuery.read(request.GET, parts=parts)
    words = {"region": region, "membership": membership, "query": query}
    words |= {"pieces": pieces_of(parts, query.part, query.page)}
    words |= {"may_suspend": rules.can_suspend(request.user, membership)}
    return render(request, "regions/member.html", words)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def warn(request: PersonRequest, slug: str, pk: int) -> HttpResponse:
    """Warn a member, in general or about something of theirs (`stuk` or `reactie`)."""
    region = moderated_region(request, slug)
    membership = get_object_or_404(region.memberships.active().for_list(), pk=pk)
    allow(request.user, membership, rules.can_suspend)
    about = _about(request, membership)
    form = WarningForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _warn(request, membership, **form.cleaned_data, **about)
    words = {"region": region, "membership": membership, "form": form, **about}
    return render(request, "regions/warn.html", words, status=422 if form.errors else 200)


def _about(request: PersonRequest, membership: Membership) -> dict[str, Any]:
    """Return the contribution or the comment of this member that it is about. Raises Http404 for one of another."""
    asked = ThingQuery.read(request.GET).cleaned_data
    seen = Contribution.objects.visible_to(request.user).filter(region=membership.region)
    if asked["reactie"]:
        comments = Comment.objects.select_related("contribution").filter(contribution__in=seen)
        return {"comment": get_object_or_404(comments, pk=asked["reactie"], author=membership.person)}
    if asked["stuk"]:
        return {"contribution": get_object_or_404(seen, pk=asked["stuk"], author=membership.person)}
    return {}


def _warn(request: PersonRequest, membership: Membership, **said: Any) -> HttpResponseRedirect:
    who = {"name": membership.person.name}
    try:
        Sanction.warn(membership, by=request.user, **said)
    except AlreadyDone:
        messages.warning(request, _("A colleague was first: %(name)s is no member any more.") % who)
    else:
        messages.success(request, _("%(name)s is warned, and reads why.") % who)
    return redirect("regions:member", membership.region.slug, membership.pk)


@require_safe
@login_required
def warn_about(request: PersonRequest, pk: int) -> HttpResponse:
    """Lead from what someone posted (or, with `reactie`, wrote) to the page on which its writer is warned."""
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=rules.can_moderate)
    asked = AboutQuery.read(request.GET).cleaned_data["reactie"]
    comment = get_object_or_404(contribution.comments.select_related("author"), pk=asked) if asked else None
    author = comment.author if comment else contribution.author
    membership = contribution.region.memberships.active().filter(person=author).first()
    if membership is None:
        messages.info(
            request, _("%(name)s is not a member of this region, so you cannot warn them.") % {"name": author}
        )
        return redirect(comment or contribution)
    query = {"reactie": comment.pk} if comment else {"stuk": contribution.pk}
    return redirect(reverse("regions:warn", args=[contribution.region.slug, membership.pk], query=query))
