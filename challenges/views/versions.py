"""The versions of a challenge's text, and what changed between two of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from challenges.forms.versions import VersionsQuery
from challenges.models import Challenge
from challenges.sections.changes import changes, readable
from regions.gate import fetch
from regions.models import Version


@require_safe
def versions(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    challenge = fetch(Challenge.objects.for_detail(), request.user, pk)
    query = VersionsQuery.read(request.GET)
    known = list(readable(request.user, challenge).for_list())
    old, new = chosen(known, query)
    context = {
        "challenge": challenge,
        "versions": known,
        "query": query,
        "old": old,
        "new": new,
        "changes": changes(old, new) if old and new else [],
    }
    return render(request, "challenges/versions.html", context)


def chosen(known: list[Version], query: VersionsQuery) -> tuple[Version | None, Version | None]:
    """Return the two versions that are asked, or else the newest and the one before it."""
    by_number = {version.number: version for version in known}
    query.ignored += [name for name in ("van", "naar") if query.cleaned_data[name] not in (None, *by_number)]
    new = by_number.get(query.cleaned_data["naar"] or 0) or (known[0] if known else None)
    before = next((version for version in known if new and version.number < new.number), None)
    return by_number.get(query.cleaned_data["van"] or 0) or before, new
