"""What stands in the overview, and what does not because it may not be seen at the moment of sending."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime

import pytest
from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts.models import Person, Role
from challenges.models import Asking, Challenge, Review
from digests.models import Enclosure, Mail
from digests.plan import plan
from digests.rhythm import subscribe
from digests.send import send_waiting
from digests.spread import spread
from regions.models import Comment, Follow, Membership, Notice, Part, Region, Report, Ruling, Signup, Sort, Unspread
from tests import make
from tests.digests.mailing import Post, due, go_round, wants


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    challenge = make.challenge(by=anna, region=utrecht, title="Eerder hulp bij schulden")
    Unspread.objects.all().delete()
    return challenge


def test_the_author_reads_who_did_what_with_the_words(
    challenge: Challenge, anna: Person, eva: Person, kim: Person, post: Post
) -> None:
    wants(anna)
    Comment.write(challenge, "Wij doen **dit** al & het werkt.", by=eva)
    make.offer(challenge, eva, words="Ik ken een wijkteam.")
    make.review(challenge, kim, note="Let op de privacy.", answer="Mensen slapen weer.")
    go_round()
    (subject,), text, html = post.subjects, post.text(), post.html()
    assert subject == (anna.email, "1 offer of help, feedback on your challenge, 1 comment")
    lines = [line.strip() for line in text.splitlines()]
    for words in (
        "Eerder hulp bij schulden (Utrecht)",
        "Ik ken een wijkteam.",
        "Mensen slapen weer.",
        "Note to your team: Let op de privacy.",
        "Wij doen dit al & het werkt.",
        f"http://127.0.0.1:8000{challenge.get_absolute_url()}",
    ):
        assert words in lines
    assert ("Wij doen dit al &amp; het werkt." in html, html.count("<h3"), "prefers-color-scheme" in html) == (
        True,
        1,
        True,
    )
    assert text.index("Mensen slapen") < text.index("wijkteam") < text.index("Wij doen dit")


def test_headers_of_the_overview(challenge: Challenge, anna: Person, bram: Person, post: Post) -> None:
    wants(anna)
    Comment.write(challenge, "Goed.", by=bram)
    go_round()
    (mail,) = post.mails
    row = Mail.objects.get()
    leave = mail["List-Unsubscribe"]
    assert (mail["Message-ID"], mail["Auto-Submitted"], mail["Precedence"]) == (row.message_id, "auto-generated", None)
    assert leave.startswith("<http://127.0.0.1:8000/afmelden/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert abs((parsedate_to_datetime(mail["Date"]) - timezone.now()).total_seconds()) < 60
    assert (mail.get_content_type(), [part.get_content_type() for part in mail.iter_parts()]) == (
        "multipart/alternative",
        ["text/plain", "text/html"],
    )


def test_hostile_names_and_titles_write_no_headers_and_no_links(
    anna: Person, bram: Person, utrecht: Region, post: Post
) -> None:
    title = "Win! https://evil.example\r\nBcc: all@evil.example"
    challenge = make.challenge(by=anna, region=utrecht, title=title)
    Person.objects.filter(pk=bram.pk).update(name="<script>\r\nBcc: x@evil.example www.evil.example")
    Region.objects.filter(pk=utrecht.pk).update(name="Utrecht\r\nX-Bad: 1")
    wants(eager := make.person("Eager"))
    make.member(eager, utrecht)
    Comment.write(
        challenge, "Kijk op http://evil.example/x\n\nen mail a@evil.example", by=Person.objects.get(pk=bram.pk)
    )
    challenge.follow(eager)
    go_round()
    (mail,) = post.mails
    raw = (post.taken[0].original_content or b"").decode()
    headers = raw.split("\r\n\r\n")[0]
    assert (post.taken[0].rcpt_tos, mail["Bcc"], mail["X-Bad"], "\nBcc" in headers) == (
        [eager.email],
        None,
        None,
        False,
    )
    for part in (post.text(), post.html()):
        assert [word for word in ("://evil", "www.evil", "evil.example", "a@evil") if word in part] == []
    assert "<script>" not in post.html()


def test_the_overview_is_in_the_readers_language(challenge: Challenge, anna: Person, bram: Person, post: Post) -> None:
    wants(anna)
    Comment.write(challenge, "Goed.", by=bram)
    go_round()
    assert 'lang="en"' in post.html()


def test_moderator_seat_and_staff_have_their_block_on_top(
    challenge: Challenge, mo: Person, kim: Person, eva: Person, bo: Person, utrecht: Region, post: Post
) -> None:
    for person in (mo, kim):
        wants(person)
    challenge.follow(mo)
    Comment.write(challenge, "Hoi.", by=eva)
    utrecht.ask_to_join(bo, motivation="Ik woon hier.")
    Report.make(challenge, by=eva, reason="insult", words="Dit kwetst.")
    Asking.open_for(challenge, by=challenge.author, words="Zien wij iets over het hoofd?")
    go_round()
    assert sorted(post.subjects) == sorted(
        [(mo.email, "1 request to join, 1 report, 1 comment"), (kim.email, "1 request for feedback")]
    )
    texts = {str(mail["To"]): post.text(number) for number, mail in enumerate(post.mails)}
    desk = texts[mo.email]
    assert "== For you as moderator ==" in desk
    assert ("Ik woon hier." in desk, "Dit kwetst." in desk, "Zien wij iets" in texts[kim.email]) == (True, True, True)
    assert "== For the InnovatieKabinet ==" in texts[kim.email]


# --- between planning and sending ---------------------------------------------------------------------------

CANARY = "kanariegeel"


def hide(challenge: Challenge, reader: Person, by: Person) -> None:
    Ruling.hide(challenge, by=by, reason="privacy", words="")


def to_team(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="team")


def to_other_region(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="region", region=make.region("Verweg"))


def end_membership(challenge: Challenge, reader: Person, by: Person) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(visibility="region")
    Membership.objects.filter(person=reader).update(state="suspended")


def hide_comment(challenge: Challenge, reader: Person, by: Person) -> None:
    Ruling.on_comment(Comment.objects.get(), by=by, hide=True)


def delete_comment(challenge: Challenge, reader: Person, by: Person) -> None:
    Comment.objects.get().delete_text()


def read_it(challenge: Challenge, reader: Person, by: Person) -> None:
    Notice.objects.filter(person=reader).mark_read()


def leave(challenge: Challenge, reader: Person, by: Person) -> None:
    subscribe(reader, "never")


def block(challenge: Challenge, reader: Person, by: Person) -> None:
    Person.objects.filter(pk=reader.pk).update(is_active=False)


def lose_address(challenge: Challenge, reader: Person, by: Person) -> None:
    EmailAddress.objects.filter(user=reader).update(verified=False)


@pytest.mark.parametrize(
    ("happens", "state"),
    [
        (hide, "empty"),
        (to_team, "empty"),
        (to_other_region, "empty"),
        (end_membership, "empty"),
        (hide_comment, "empty"),
        (delete_comment, "empty"),
        (read_it, "empty"),
        (leave, "cancelled"),
        (block, "cancelled"),
        (lose_address, "cancelled"),
    ],
)
def test_what_may_not_be_told_at_sending_is_not(
    happens: Callable[[Challenge, Person, Person], None],
    state: str,
    challenge: Challenge,
    bram: Person,
    eva: Person,
    mo: Person,
    post: Post,
) -> None:
    wants(bram)
    Follow.objects.create(contribution=challenge, person=bram)
    Comment.write(challenge, CANARY, by=eva)
    spread()
    assert plan() == 1
    happens(challenge, bram, mo)
    send_waiting(30)
    assert (post.taken, Mail.objects.get().state, Enclosure.objects.count()) == ([], state, 0)


def test_the_rest_is_told(
    challenge: Challenge, bram: Person, eva: Person, mo: Person, utrecht: Region, post: Post
) -> None:
    other = make.challenge(by=eva, region=utrecht, title="Een andere vraag")
    wants(bram)
    for one in (challenge, other):
        Follow.objects.create(contribution=one, person=bram)
        Comment.write(one, f"{CANARY}{one.pk}", by=eva)
    spread()
    plan()
    hide(challenge, bram, mo)
    send_waiting(30)
    text = post.text()
    assert (f"{CANARY}{other.pk}" in text, f"{CANARY}{challenge.pk}" in text, challenge.title in text) == (
        True,
        False,
        False,
    )


def test_what_is_seen_again_is_told_later(
    challenge: Challenge, bram: Person, eva: Person, mo: Person, post: Post
) -> None:
    wants(bram)
    Follow.objects.create(contribution=challenge, person=bram)
    Comment.write(challenge, CANARY, by=eva)
    spread()
    plan()
    hide(challenge, bram, mo)
    send_waiting(30)
    Ruling.restore(Challenge.objects.get(pk=challenge.pk), by=mo)
    due(bram)
    go_round()
    assert CANARY in post.text()


@pytest.mark.parametrize(("who", "reads"), [("bo", (False, False)), ("eva", (True, False)), ("bram", (True, True))])
def test_feedback_is_told_to_the_network_and_its_note_to_the_team(
    who: str, reads: tuple[bool, bool], request: pytest.FixtureRequest, challenge: Challenge, kim: Person, post: Post
) -> None:
    reader: Person = request.getfixturevalue(who)
    if who == "bram":
        challenge.involve(reader, Part.TEAM, by=challenge.author)
    wants(reader)
    challenge.follow(reader)
    make.review(challenge, kim, answer="ANTWOORD", note="NOTITIE")
    Comment.write(challenge, "Anders is er niets.", by=kim)
    go_round()
    text = post.text()
    assert ("ANTWOORD" in text, "NOTITIE" in text) == reads


def test_an_offer_is_told_to_the_team_only(
    challenge: Challenge, eva: Person, bo: Person, mo: Person, post: Post
) -> None:
    for person in (bo, mo):
        wants(person)
        challenge.follow(person)
    make.offer(challenge, eva, words=CANARY)
    Comment.write(challenge, "Anders is er niets.", by=eva)
    go_round()
    assert [CANARY in post.text(number) for number in range(len(post.taken))] == [False, False]


def test_who_lost_their_seat_hears_no_more(challenge: Challenge, kim: Person, post: Post) -> None:
    wants(kim)
    Challenge.objects.filter(pk=challenge.pk).update(visibility="network")
    Asking.open_for(Challenge.objects.get(pk=challenge.pk), by=challenge.author)
    spread()
    plan()
    Role.objects.filter(person=kim).update(starts_on="2020-01-01", ends_on="2020-12-31")
    send_waiting(30)
    assert (post.taken, Mail.objects.get().state, Review.objects.count()) == ([], "empty", 0)


def test_a_long_list_is_cut_and_counted(challenge: Challenge, anna: Person, eva: Person, post: Post) -> None:
    wants(anna)
    for number in range(8):
        Comment.write(challenge, f"Reactie nummer {number}", by=eva)
    go_round()
    assert (post.text().count("Reactie nummer"), "And 3 more" in post.text()) == (5, True)
    assert Enclosure.objects.count() == 8


def test_the_answer_to_an_offer_is_mailed_to_who_offered_only(
    challenge: Challenge, anna: Person, bram: Person, eva: Person, post: Post
) -> None:
    """It may say how the two reach each other; a follower reads that it was accepted, and the offer itself."""
    challenge.follow(bram)
    wants(bram)
    wants(eva)
    make.offer(challenge, eva, words="Ik ken een wijkteam.").settle(by=anna, accept=True, answer="Bel kanarienummer.")
    go_round()
    found = {str(mail["To"]): "kanarienummer" in mail.as_string() for mail in post.mails}
    assert found == {eva.email: True, bram.email: False}


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Your answer helped, 2 new questions in Utrecht, 1 announcement in Utrecht"),
        ("nl", "Uw antwoord hielp, 2 nieuwe vragen in Utrecht, 1 mededeling in Utrecht"),
    ],
)
def test_the_subject_names_what_a_region_posts(
    language: str, subject: str, anna: Person, bram: Person, mo: Person, utrecht: Region, post: Post
) -> None:
    wants(bram)
    Person.objects.filter(pk=bram.pk).update(language=language)
    question = make.post(by=anna, region=utrecht, title="Wie kent een zaal?", words="Voor *dertig* mensen.")
    make.post(by=anna, region=utrecht)
    make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT)
    make.document(by=mo, region=utrecht, title="Lijst", description="Om na te lopen.")
    question.mark(Comment.write(question, "Het dorpshuis.", by=bram), by=anna, seen=None)
    go_round()
    assert [(to, words.strip()) for to, words in post.subjects] == [(bram.email, subject)]  # a long one is folded
    for words in ("Wie kent een zaal?", "Voor dertig mensen.", "Het dorpshuis.", "Lijst", "Om na te lopen."):
        assert words in post.text()


def test_a_new_version_is_told_to_who_follows(
    anna: Person, bram: Person, eva: Person, utrecht: Region, post: Post
) -> None:
    documents = [make.document(by=anna, region=utrecht, visibility="region") for _number in range(2)]
    Unspread.objects.all().delete()
    wants(bram)
    wants(eva)
    for document in documents:
        document.follow(bram)
        Follow.objects.create(contribution=document, person=eva)
        make.edition(document, anna, news=f"{CANARY} erbij.")
    go_round()
    assert post.subjects == [(bram.email, "New versions of 2 documents")]
    assert CANARY in post.text()


def test_coming_meetings_stand_below_the_news(
    challenge: Challenge,
    utrecht: Region,
    eindhoven: Region,
    anna: Person,
    bram: Person,
    eva: Person,
    mo: Person,
    post: Post,
) -> None:
    """Those of one's regions and those that one signed up for, as far as one sees them; and no mail for these alone."""
    wants(anna)
    make.meeting(by=mo, region=utrecht, days=9, title="Arena in Utrecht")
    make.meeting(by=mo, region=utrecht, days=90, title="Ver weg")
    make.meeting(by=eva, region=eindhoven, days=9, title="Elders zonder mij")
    mine = make.meeting(by=eva, region=eindhoven, days=8, title="Elders met mij")
    make.meeting(by=mo, region=utrecht, days=7, title="Gaat niet door").cancel(mo, "Ziek")
    Signup.make(mine, by=anna, perspective="gemeente")
    Unspread.objects.all().delete()
    go_round()
    assert post.subjects == []
    Comment.write(challenge, "Goed.", by=bram)
    make.meeting(by=mo, region=utrecht, days=10, title="Nieuw in Utrecht")
    due(anna)
    go_round()
    text = post.text()
    assert text.count("Nieuw in Utrecht") == 1, "the news tells of it"
    assert text.index("Coming meetings") < text.index("Elders met mij") < text.index("Arena in Utrecht")
    assert [title in text for title in ("Ver weg", "Elders zonder mij", "Gaat niet door")] == [False, False, False]
    assert f"http://127.0.0.1:8000{mine.get_absolute_url()}" in text
    assert "Elders met mij" in post.html()
