"""The rulebook of stages, and who may do what with a challenge (design.md sections 4 and 5)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regions.models import State
from regions.models.standing import Reader, standing_of
from regions.rules import acts_as_owner, can_edit, can_moderate, is_outside, is_owner, is_signed_in

if TYPE_CHECKING:
    from challenges.models import Challenge, Offer, Point, Remark, Review
    from regions.models import Meeting

QUIET = timedelta(days=45)
"""After so many days without activity author and team are asked whether it still goes on."""
SILENCE = timedelta(days=60)
"""After so many a moderator may park it, when that question stood for PATIENCE without an answer."""
PATIENCE = SILENCE - QUIET


class Stage(models.TextChoices):
    IDEA = "idee", _("Idea")
    EXPLORATION = "verkenning", _("Exploration")
    MAKING = "maken-en-testen", _("Making and testing")
    PILOT = "pilot", _("Pilot")
    SCALING = "opschaling", _("Scaling up")
    IN_USE = "in-gebruik", _("In use")
    PARKED = "geparkeerd", _("Parked")
    STOPPED = "gestopt", _("Stopped")


PATH = (Stage.IDEA, Stage.EXPLORATION, Stage.MAKING, Stage.PILOT, Stage.SCALING, Stage.IN_USE)


@dataclass(frozen=True)
class Check:
    """One item of a checklist; an unmet one asks for a sentence (comply or explain)."""

    key: str
    label: Promise
    is_met: Callable[["Challenge"], bool]


def says_for_whom(challenge: "Challenge") -> bool:
    return bool(challenge.for_whom.strip())


def says_what_improves(challenge: "Challenge") -> bool:
    return bool(challenge.improvement.strip())


def says_how_to_take_part(challenge: "Challenge") -> bool:
    return bool(challenge.participation.strip())


def has_prototype(challenge: "Challenge") -> bool:
    return challenge.prototype_count > 0


def was_tested_by_a_resident(challenge: "Challenge") -> bool:
    return challenge.resident_round_count > 0


def has_feedback(challenge: "Challenge") -> bool:
    return challenge.review_count > 0


def answered_all_points(challenge: "Challenge") -> bool:
    return challenge.open_point_count == 0


def has_partner(challenge: "Challenge") -> bool:
    return challenge.has_partner()


FOR_WHOM = Check("for-whom", _("It is clear for whom this is."), says_for_whom)
IMPROVES = Check("improves", _("It is clear what improves in their life."), says_what_improves)
TAKES_PART = Check("takes-part", _("Residents know how they take part."), says_how_to_take_part)
PROTOTYPE = Check("prototype", _("There is a prototype."), has_prototype)
RESIDENT = Check("resident", _("A resident took part in a test."), was_tested_by_a_resident)
FEEDBACK = Check("feedback", _("The InnovatieKabinet gave feedback."), has_feedback)
POINTS = Check("points", _("All points of the InnovatieKabinet are answered."), answered_all_points)
PARTNER = Check("partner", _("A partner municipality takes part."), has_partner)

ASKING = (FOR_WHOM, IMPROVES, PROTOTYPE)
"""What is looked at before the InnovatieKabinet is asked."""

CHECKS = {c.key: c for c in (FOR_WHOM, IMPROVES, TAKES_PART, PROTOTYPE, RESIDENT, FEEDBACK, POINTS, PARTNER)}


def is_team(person: Reader, challenge: "Challenge") -> bool:
    return acts_as_owner(person, challenge)


def is_team_or_moderator_of_silence(person: Reader, challenge: "Challenge") -> bool:
    """A moderator's only move: to park, after 60 silent days and a question that got no answer."""
    return acts_as_owner(person, challenge) or (
        challenge.region_id in standing_of(person).moderates and is_silent(challenge) and was_warned(challenge)
    )


@dataclass(frozen=True)
class Move:
    """A way from one stage to another; `target` None means back to where a parked challenge was."""

    name: str
    label: Promise
    sources: tuple[str, ...]
    target: str | None
    who: Callable[[Reader, "Challenge"], bool] = is_team
    checks: tuple[Check, ...] = ()
    note: Promise | None = None
    warning: Promise | None = None
    needs_board: bool = False


MOVES = (
    Move("verkennen", _("Start exploring"), (Stage.IDEA,), Stage.EXPLORATION, checks=(FOR_WHOM, IMPROVES)),
    Move(
        "maken",
        _("Start making and testing"),
        (Stage.EXPLORATION,),
        Stage.MAKING,
        checks=(FOR_WHOM, IMPROVES, TAKES_PART),
    ),
    Move(
        "pilot",
        _("Start a pilot"),
        (Stage.MAKING,),
        Stage.PILOT,
        checks=(PROTOTYPE, RESIDENT, FEEDBACK, POINTS, PARTNER),
    ),
    Move(
        "opschalen",
        _("Scale up to all municipalities"),
        (Stage.PILOT,),
        Stage.SCALING,
        checks=(RESIDENT, POINTS),
        needs_board=True,
    ),
    Move(
        "in-gebruik-nemen",
        _("Take into use"),
        (Stage.MAKING, Stage.PILOT, Stage.SCALING),
        Stage.IN_USE,
        checks=(IMPROVES, RESIDENT, POINTS),
    ),
    Move(
        "parkeren",
        _("Park"),
        PATH,
        Stage.PARKED,
        who=is_team_or_moderator_of_silence,
        note=_("Why is this parked?"),
    ),
    Move("hervatten", _("Take up again"), (Stage.PARKED,), None),
    Move(
        "stoppen",
        _("Stop"),
        (*PATH, Stage.PARKED),
        Stage.STOPPED,
        note=_("What is the lesson for others?"),
        warning=_("You cannot take this back. Do you want to pause for a while? Then park it."),
    ),
)


def find_move(name: str) -> Move | None:
    return next((move for move in MOVES if move.name == name), None)


def moves_for(person: Reader, challenge: "Challenge") -> list[Move]:
    """Return the moves that this person may make now; it draws the buttons and guards the POST."""
    if challenge.state != State.PUBLISHED:
        return []
    return [move for move in MOVES if challenge.stage in move.sources and move.who(person, challenge)]


def unmet(challenge: "Challenge", move: Move) -> tuple[Check, ...]:
    return tuple(check for check in move.checks if not check.is_met(challenge))


def may_in_time(person: Reader, challenge: "Challenge", move: Move) -> bool:
    """Tell whether this move may become theirs, or was: then they hear why it is not now."""
    was_asked = move.who is is_team_or_moderator_of_silence and challenge.warned_at is not None
    return move.who(person, challenge) or (was_asked and challenge.region_id in standing_of(person).moderates)


def goes_on(challenge: "Challenge") -> bool:
    return challenge.state == State.PUBLISHED and challenge.stage in PATH


def is_quiet(challenge: "Challenge", now: datetime) -> bool:
    return now - challenge.last_activity_at >= QUIET


def is_silent(challenge: "Challenge") -> bool:
    return timezone.now() - challenge.last_activity_at >= SILENCE


def is_asked(challenge: "Challenge") -> bool:
    """Tell whether author and team were asked whether this goes on, and nothing happened since."""
    return goes_on(challenge) and challenge.warned_at is not None and challenge.warned_at > challenge.last_activity_at


def was_warned(challenge: "Challenge") -> bool:
    """Tell whether that question has stood long enough."""
    return is_asked(challenge) and challenge.warned_at is not None and challenge.warned_at <= timezone.now() - PATIENCE


def can_go_on(person: Reader, challenge: "Challenge") -> bool:
    """Author and team, while they are asked."""
    return is_asked(challenge) and is_owner(person, challenge)


def can_add_prototype(person: Reader, challenge: "Challenge") -> bool:
    """While there is something to make; parked and stopped challenges first go on."""
    is_alive = challenge.stage not in (Stage.PARKED, Stage.STOPPED)
    return is_alive and challenge.state == State.PUBLISHED and can_edit(person, challenge)


def can_offer(person: Reader, challenge: "Challenge") -> bool:
    """Everyone but the team, on a living challenge."""
    is_alive = challenge.state == State.PUBLISHED and challenge.stage != Stage.STOPPED
    return is_alive and is_signed_in(person) and not is_owner(person, challenge) and not is_outside(person, challenge)


def can_answer_offer(person: Reader, offer: "Offer") -> bool:
    return offer.state == offer.State.OFFERED and can_edit(person, offer.challenge)


def can_close_offer(person: Reader, offer: "Offer") -> bool:
    """Team or the one who offered tells what came of an accepted offer."""
    is_open = offer.state == offer.State.ACCEPTED and offer.challenge.state != State.ARCHIVED
    return is_open and can_read_answer(person, offer)


def is_offerer(person: Reader, offer: "Offer") -> bool:
    return is_signed_in(person) and offer.person == person


def can_withdraw_offer(person: Reader, offer: "Offer") -> bool:
    """Who offered takes it back until it is told what came of it."""
    return offer.is_open and is_offerer(person, offer) and offer.challenge.state != State.ARCHIVED


def can_ask_backing(person: Reader, offer: "Offer") -> bool:
    """Who offers the backing of a board asks who decides to confirm it."""
    is_theirs = offer.is_open and offer.kind == "steun" and is_offerer(person, offer)
    return is_theirs and offer.backed_at is None and offer.challenge.state == State.PUBLISHED


def can_read_backer(person: Reader, offer: "Offer") -> bool:
    """Who decides is named in public once they confirmed it and the team accepted; before that to the two."""
    is_public = offer.is_known and offer.backed_at is not None
    return bool(offer.backer_name) and (is_public or can_read_answer(person, offer))


def can_read_answer(person: Reader, offer: "Offer") -> bool:
    """What the team answers is between the two: it may say how to reach each other."""
    return is_offerer(person, offer) or (is_signed_in(person) and is_owner(person, offer.challenge))


def can_leave_team(person: Reader, challenge: "Challenge") -> bool:
    return is_owner(person, challenge) and challenge.author != person


def is_asker(person: Reader, challenge: "Challenge") -> bool:
    """Team, moderators of the region and the secretary ask the InnovatieKabinet."""
    standing = standing_of(person)
    return is_owner(person, challenge) or challenge.region_id in standing.moderates or standing.is_secretary


def can_ask_review(person: Reader, challenge: "Challenge") -> bool:
    """Not twice at the same time."""
    is_open = challenge.state == State.PUBLISHED and not challenge.is_in_review and challenge.stage in PATH
    return is_open and is_asker(person, challenge)


def can_end_asking(person: Reader, challenge: "Challenge") -> bool:
    """Who may ask may also take the question back."""
    return challenge.is_in_review and is_asker(person, challenge)


def can_recuse(person: Reader, challenge: "Challenge") -> bool:
    """A seat whose feedback may be asked, while the question is open."""
    return challenge.is_in_review and standing_of(person).is_seat and challenge.is_independent(person)


def can_plan(person: Reader, thing: object = None) -> bool:
    """The secretary asks members by name, reminds them and looks after the dates."""
    return standing_of(person).is_secretary


def can_review(person: Reader, challenge: "Challenge") -> bool:
    """A seat that agreed and is independent of author, team and organisations; on any living challenge it sees."""
    is_open = challenge.state == State.PUBLISHED and challenge.stage in PATH
    return is_open and standing_of(person).has_agreed and challenge.is_independent(person)


def is_colleague(person: Reader, thing: object = None) -> bool:
    """Whoever reads the feedback on what they see."""
    standing = standing_of(person)
    return bool(standing.member_of) or standing.in_cabinet or standing.is_staff


def can_read_reviews(person: Reader, challenge: "Challenge") -> bool:
    """Those who see the challenge, network at widest."""
    return is_colleague(person) or is_owner(person, challenge)


def can_note_pitches(person: Reader, meeting: "Meeting") -> bool:
    """The secretary and the members that agreed, from the moment that a session begins; each pitch has its own rule."""
    takes_place = meeting.is_session and meeting.state == State.PUBLISHED and not meeting.is_cancelled
    return takes_place and meeting.has_begun and standing_of(person).in_cabinet


def can_note_pitch(person: Reader, challenge: "Challenge") -> bool:
    """Nobody who is a party to it; while it goes on."""
    return goes_on(challenge) and challenge.is_independent(person)


def can_read_note(person: Reader, review: "Review") -> bool:
    return is_signed_in(person) and (review.by == person or is_owner(person, review.challenge))


def can_read_cabinet_only(person: Reader, challenge: "Challenge") -> bool:
    """What members of the InnovatieKabinet say among each other; who is author or team reads as the team does."""
    return standing_of(person).in_cabinet and not is_owner(person, challenge)


def can_remark(person: Reader, challenge: "Challenge") -> bool:
    """Who reads feedback may respond to it."""
    is_open = challenge.state == State.PUBLISHED and not is_outside(person, challenge)
    return is_open and is_signed_in(person) and can_read_reviews(person, challenge)


def can_delete_remark(person: Reader, remark: "Remark") -> bool:
    """Its writer; an open one also the moderators of the region and staff."""
    is_theirs = is_signed_in(person) and remark.by == person
    may_moderate = not remark.is_for_cabinet and can_moderate(person, remark.review.challenge)
    return remark.deleted_at is None and (is_theirs or may_moderate)


def is_writer(person: Reader, review: "Review") -> bool:
    """Who gave this feedback and is a member still; what was written down in a session is not theirs alone."""
    return is_signed_in(person) and review.by == person and not review.meeting_id and standing_of(person).has_agreed


def can_correct(person: Reader, review: "Review") -> bool:
    is_open = review.challenge.state == State.PUBLISHED
    return is_open and review.is_in_time and is_writer(person, review)


def can_answer_point(person: Reader, point: "Point") -> bool:
    """Author and team, until who made the point is content."""
    return point.closed_at is None and can_edit(person, point.review.challenge)


def can_follow_up(person: Reader, point: "Point") -> bool:
    """Who made the point, as long as they are in the InnovatieKabinet: says that it is good, or asks on."""
    on = point.review.challenge
    is_answered = on.state == State.PUBLISHED and point.state != point.State.OPEN
    return is_answered and standing_of(person).in_cabinet and point.maker == person and not is_owner(person, on)


def can_reflect(person: Reader, challenge: "Challenge") -> bool:
    return challenge.review_count > 0 and can_edit(person, challenge)


def can_enter_cabinet(person: Reader, thing: object = None) -> bool:
    """The dashboard is for seats."""
    return standing_of(person).is_seat
