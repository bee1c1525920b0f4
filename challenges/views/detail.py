"""The page of one challenge: a story, and everything that happens around it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from challenges.forms.move import GoOnForm
from challenges.forms.versions import DetailQuery
from challenges.models import Challenge, Seeking, Stage
from challenges.rules import PATH, Move, can_go_on, moves_for
from challenges.sections.claim import claim_section
from challenges.sections.feedback import feedback_section
from challenges.sections.offers import offers_section
from challenges.sections.parts import parts_section
from challenges.sections.prototypes import prototypes_section
from challenges.sections.timeline import timeline_section
from challenges.stages import bar, goal_of
from digests.reading import read_on_page
from regions.gate import fetch
from regions.models import State
from regions.models.standing import Reader
from regions.rules import can_edit, can_file, can_publish, is_owner
from regions.sections import attachments_section, comments_section, follow_section, moderation_section

ASIDE = (Stage.PARKED, Stage.STOPPED)


@require_safe
def challenge(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch(Challenge.objects.for_detail(), request.user, pk)
    if slug != found.slug:
        return redirect(found)
    read_on_page(request, found)
    query = DetailQuery.read(request.GET)
    context = {**story(request.user, found), **around(request.user, found, query), "query": query}
    return render(request, "challenges/detail.html", {"challenge": found, **context})


def story(person: Reader, challenge: Challenge) -> dict[str, Any]:
    """What is told of the challenge itself, and what this reader may do with it.

    Who is asked whether it goes on finds the ways aside in that question.
    """
    owners = challenge.owners  # before anything asks whether this reader is one of them
    is_asked = can_go_on(person, challenge)
    is_team = is_owner(person, challenge)
    is_alive = challenge.state == State.PUBLISHED and challenge.stage != Stage.STOPPED
    return {
        "owners": owners,
        "stages": bar(challenge),
        "goal": goal_of(challenge.stage),
        "seeking": [(value, Seeking(value).label) for value in challenge.seeking],
        "is_on_path": challenge.stage in PATH,
        "is_team": is_team,
        "invites_help": is_alive and not is_team,
        "can_edit": can_edit(person, challenge),
        "can_publish": can_publish(person, challenge),
        "can_file": can_file(person, challenge),
        "go_on_form": GoOnForm() if is_asked else None,
        **parts_section(person, challenge),
        **next_steps([move for move in moves_for(person, challenge) if not (is_asked and move.target in ASIDE)]),
    }


def next_steps(moves: list[Move]) -> dict[str, Any]:
    """Give the first way forward as the primary button, and the other moves beside it."""
    forward = [move for move in moves if move.target not in ASIDE]
    first = forward[0] if forward else None
    return {"next_move": first, "other_moves": [move for move in moves if move is not first]}


def around(person: Reader, challenge: Challenge, query: DetailQuery) -> dict[str, Any]:
    """What stands below the story: each section brings the context of its own partial."""
    offers = offers_section(person, challenge)
    return {
        **prototypes_section(person, challenge),
        **offers,
        **claim_section(person, challenge),
        **feedback_section(person, challenge, [row["offer"] for row in offers["offers"]]),
        **attachments_section(person, challenge),
        **comments_section(person, challenge, query.comments_page),
        **follow_section(person, challenge),
        **moderation_section(person, challenge),
        **timeline_section(person, challenge, query.steps),
    }
