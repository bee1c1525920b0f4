"""Who may do what in a region and with what it posts (design.md section 4)."""

from typing import TYPE_CHECKING

from accounts.models import Person
from regions.models.contribution import Contribution, Kind, State
from regions.models.region import Membership, Region
from regions.models.standing import Reader, standing_of

if TYPE_CHECKING:
    from regions.models.agreement import Agreement
    from regions.models.appeal import Appeal
    from regions.models.attachment import Attachment
    from regions.models.comment import Comment
    from regions.models.document import Document
    from regions.models.meeting import Meeting
    from regions.models.moderation import Ruling
    from regions.models.post import Post


def is_signed_in(person: Reader, thing: object = None) -> bool:
    return isinstance(person, Person) and person.is_active


def can_see_person(person: Reader, other: Person) -> bool:
    """The network sees its people; everyone sees themselves."""
    return standing_of(person).in_network or (is_signed_in(person) and person == other)


def is_moderator(person: Reader, region: Region) -> bool:
    return region.pk in standing_of(person).moderates


def can_post_in(person: Reader, region: Region) -> bool:
    return region.pk in standing_of(person).member_of


def can_see_members(person: Reader, region: Region) -> bool:
    """Members see who else is there; staff too."""
    return can_post_in(person, region) or standing_of(person).is_staff


def can_ask_to_join(person: Reader, membership: Membership | None) -> bool:
    """Whoever was never there, or left; whether the region takes people so is for the region to say."""
    return is_signed_in(person) and (membership is None or membership.state == Membership.State.ENDED)


def can_suspend(person: Reader, membership: Membership) -> bool:
    """Moderators suspend and warn members; with a moderator staff does so, nobody does with themselves."""
    is_member = membership.role == Membership.Role.MEMBER or standing_of(person).is_staff
    is_other = membership.person != person and membership.state == Membership.State.ACTIVE
    return is_member and is_other and can_moderate_region(person, membership.region)


def can_leave(person: Reader, membership: Membership | None) -> bool:
    """Whoever is in, or waits to be let in."""
    states = (Membership.State.ACTIVE, Membership.State.PENDING)
    return is_signed_in(person) and membership is not None and membership.state in states


def door(person: Reader, membership: Membership | None) -> str:
    """Return how someone stands before a region: visitor, person, pending, active, moderator or suspended."""
    if not is_signed_in(person):
        return "visitor"
    if membership and membership.state == Membership.State.ACTIVE and membership.role == Membership.Role.MODERATOR:
        return "moderator"
    return "person" if can_ask_to_join(person, membership) or membership is None else membership.state


def can_moderate_region(person: Reader, region: Region) -> bool:
    """The moderators of the region and staff."""
    return is_moderator(person, region) or standing_of(person).is_staff


def can_moderate_some(person: Reader) -> bool:
    """Whoever has a desk somewhere."""
    return bool(standing_of(person).moderates) or standing_of(person).is_staff


def can_moderate(person: Reader, contribution: Contribution) -> bool:
    standing = standing_of(person)
    return standing.is_staff or contribution.region_id in standing.moderates


def is_owner(person: Reader, contribution: Contribution) -> bool:
    """Tell whether this person is author or team."""
    return isinstance(person, Person) and person.is_active and contribution.is_owned_by(person)


def is_outside(person: Reader, contribution: Contribution) -> bool:
    """Tell whether someone is suspended in its region: there they read along, as a visitor does, and no more."""
    return contribution.region_id in standing_of(person).suspended_in


def acts_as_owner(person: Reader, contribution: Contribution) -> bool:
    """Author and team may change it, but for who is suspended in its region."""
    return is_owner(person, contribution) and not is_outside(person, contribution)


def can_edit(person: Reader, contribution: Contribution) -> bool:
    return contribution.state != State.ARCHIVED and acts_as_owner(person, contribution)


def can_publish(person: Reader, contribution: Contribution) -> bool:
    """Only an active member posts in a region, so a draft of someone who left stays a draft."""
    return (
        contribution.state == State.DRAFT
        and is_owner(person, contribution)
        and contribution.region_id in standing_of(person).member_of
    )


def can_announce_in(person: Reader, region: Region) -> bool:
    """Moderators speak for the region; also when they finish a draft, or mail it to all members."""
    return is_moderator(person, region)


def can_publish_post(person: Reader, post: "Post") -> bool:
    is_theirs_to_say = post.is_question or can_announce_in(person, post.region)
    return is_theirs_to_say and can_publish(person, post)


def can_mail_to_all(person: Reader, post: "Post") -> bool:
    return not post.is_question and can_publish_post(person, post)


def can_mark_answer(person: Reader, post: "Post") -> bool:
    """Who asked says which answer helped, not the moderator."""
    return post.is_question and post.state == State.PUBLISHED and is_owner(person, post)


def can_add_edition(person: Reader, document: "Document") -> bool:
    """Author and team; and the moderators of the region, who keep what it works with up to date."""
    return can_edit(person, document) or (
        document.state == State.PUBLISHED and document.region_id in standing_of(person).moderates
    )


def can_attach(person: Reader, contribution: Contribution) -> bool:
    """Whoever edits it; the files of a document are its editions."""
    return contribution.kind != Kind.DOCUMENT and can_edit(person, contribution)


def can_hand_over(person: Reader, contribution: Contribution) -> bool:
    """The author; the moderators of the region and staff when the author left."""
    if contribution.state in (State.ARCHIVED, State.DRAFT) or not is_signed_in(person):
        return False
    if contribution.author == person:
        return not is_outside(person, contribution)
    return can_moderate(person, contribution) and contribution.has_lost_its_author()


def can_ask_claim(person: Reader, contribution: Contribution) -> bool:
    """A moderator who posted this: to ask the one whose idea it is to become the author."""
    is_open = contribution.state in (State.DRAFT, State.PUBLISHED)
    is_author = is_signed_in(person) and contribution.author == person
    return is_open and is_author and contribution.region_id in standing_of(person).moderates


def can_file(person: Reader, contribution: Contribution) -> bool:
    """Region, theme and tags: also the moderator, who tells the author."""
    if contribution.state in (State.ARCHIVED, State.DRAFT):
        return False
    return acts_as_owner(person, contribution) or contribution.region_id in standing_of(person).moderates


def can_comment(person: Reader, contribution: Contribution) -> bool:
    is_open = contribution.state == State.PUBLISHED and not contribution.is_closed_for_comments
    return is_open and is_signed_in(person) and not is_outside(person, contribution)


def can_follow(person: Reader, contribution: Contribution) -> bool:
    return is_signed_in(person) and contribution.state != State.DRAFT


def can_report(person: Reader, contribution: Contribution) -> bool:
    """Everyone who sees it; a visitor confirms an address first."""
    return contribution.state == State.PUBLISHED


def can_judge(person: Reader, contribution: Contribution, comment: "Comment | None" = None) -> bool:
    """Moderators of the region and staff deal with reports, but never with what is reported about themselves."""
    if comment:
        is_own = isinstance(person, Person) and comment.author_id == person.pk
    else:
        is_own = is_owner(person, contribution)
    return can_moderate(person, contribution) and not is_own


def can_hide(person: Reader, contribution: Contribution) -> bool:
    """Tell whether there is something to hide; `can_moderate` is who may."""
    hideable = (State.PUBLISHED, State.ARCHIVED, State.PENDING)
    return contribution.state in hideable and can_moderate(person, contribution)


def can_ask_change(person: Reader, contribution: Contribution) -> bool:
    """Tell whether its text can be changed at all; `can_moderate` is who may ask."""
    return contribution.state in (State.PUBLISHED, State.PENDING) and can_moderate(person, contribution)


def can_approve(person: Reader, contribution: Contribution) -> bool:
    return contribution.state == State.PENDING and can_moderate(person, contribution)


def can_restore(person: Reader, contribution: Contribution) -> bool:
    return contribution.state == State.HIDDEN and can_moderate(person, contribution)


def can_read_ruling(person: Reader, ruling: "Ruling") -> bool:
    """Whom it is about, the moderators of the region and staff."""
    if can_moderate(person, ruling.contribution):
        return True
    if ruling.comment:
        return is_signed_in(person) and ruling.comment.author == person
    return is_owner(person, ruling.contribution)


def can_appeal(person: Reader, ruling: "Ruling") -> bool:
    """Author and team, or the writer of the comment, once; `Appeal.make` sees whether it is still hidden."""
    is_theirs = ruling.comment.author == person if ruling.comment else is_owner(person, ruling.contribution)
    is_hiding = ruling.measure == ruling.Measure.HIDE
    return is_signed_in(person) and is_theirs and is_hiding and not ruling.was_appealed


def can_decide_appeal(person: Reader, appeal: "Appeal") -> bool:
    """Another moderator of the region than the one who hid it, or staff; never on one's own text."""
    is_other = isinstance(person, Person) and person.pk not in (appeal.ruling.by_id, appeal.by_id)
    return is_other and can_moderate(person, appeal.ruling.contribution)


def can_read_hidden_comment(person: Reader, comment: "Comment") -> bool:
    """Its writer, the moderators of the region and staff."""
    is_writer = is_signed_in(person) and comment.author == person
    return is_writer or can_moderate(person, comment.contribution)


def can_change_comment(person: Reader, comment: "Comment") -> bool:
    is_writer = is_signed_in(person) and comment.author == person
    return (
        is_writer
        and not is_outside(person, comment.contribution)
        and comment.can_still_change
        and comment.contribution.state == State.PUBLISHED
    )


def can_delete_comment(person: Reader, comment: "Comment") -> bool:
    return is_signed_in(person) and comment.author == person and comment.state == comment.State.SHOWN


def can_plan_meeting(person: Reader, region: Region) -> bool:
    """Members and moderators; the secretary plans sessions of the InnovatieKabinet anywhere."""
    return can_post_in(person, region) or standing_of(person).is_secretary


def can_run_meeting(person: Reader, meeting: "Meeting") -> bool:
    """Who organises it, and the moderators: a meeting is of the region, also when its organiser is ill.

    A session of the InnovatieKabinet is organised by the secretary, whoever that is at this moment.
    """
    is_told = meeting.is_session and meeting.state != State.DRAFT
    is_theirs = standing_of(person).is_secretary if is_told else acts_as_owner(person, meeting)
    return meeting.state != State.ARCHIVED and (is_theirs or can_moderate(person, meeting))


def can_publish_meeting(person: Reader, meeting: "Meeting") -> bool:
    """Who may plan this sort here, at this moment."""
    return standing_of(person).is_secretary if meeting.is_session else can_post_in(person, meeting.region)


def can_cancel_meeting(person: Reader, meeting: "Meeting") -> bool:
    return meeting.is_open and can_run_meeting(person, meeting)


def can_write_minutes(person: Reader, meeting: "Meeting") -> bool:
    """From the moment that it begins; a meeting that was cancelled has none."""
    took_place = meeting.has_begun and not meeting.is_cancelled
    return took_place and meeting.state == State.PUBLISHED and can_run_meeting(person, meeting)


def can_sign_up(person: Reader, meeting: "Meeting") -> bool:
    """Whoever sees it; without an account only where everyone may read it."""
    return meeting.is_open and (is_signed_in(person) or meeting.is_public)


def can_see_link(person: Reader, meeting: "Meeting") -> bool:
    """The online link is for who comes and who organises."""
    if not isinstance(person, Person) or not meeting.link:
        return False
    return can_run_meeting(person, meeting) or meeting.signups.going().filter(person=person).exists()


def can_settle_agreement(person: Reader, agreement: "Agreement") -> bool:
    return is_signed_in(person) and (agreement.owner == person or can_run_meeting(person, agreement.meeting))


def can_remove_attachment(person: Reader, attachment: "Attachment") -> bool:
    return attachment.removed_at is None and can_edit(person, attachment.contribution)
