"""Comments: writing, replying, changing, deleting, and what each reader sees of them."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from challenges.models import Challenge
from regions.models import Comment, Contribution, Entry, Event, Region, Ruling, State, Verb, Visibility
from regions.models.comment import events_shown_to
from regions.sections import comments_section
from tests import make

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def challenge(anna: Person, utrecht: Region) -> Challenge:
    return make.challenge(by=anna, region=utrecht)


def path_of(challenge: Contribution) -> str:
    return f"/stuk/{challenge.pk}/reacties/"


def counted(challenge: Contribution) -> int:
    return Contribution.objects.get(pk=challenge.pk).comment_count


def test_a_comment_is_posted_found_and_counted(browser: Browser, challenge: Challenge, bo: Person) -> None:
    answer = browser(bo).post(path_of(challenge), {"text": "Denk aan de *kleermaker* om de hoek."})
    written = Comment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/reacties/{written.pk}/")
    assert written.html == "<p>Denk aan de <em>kleermaker</em> om de hoek.</p>\n"
    assert counted(challenge) == 1
    assert [entry.object_id for entry in Entry.objects.visible_to(None).search("kleermaker")] == [written.pk]
    assert Event.objects.filter(verb=Verb.COMMENTED, actor=bo).count() == 1


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 5001, "Mijn BSN is 111222333"])
def test_a_refused_comment_comes_back_as_it_was_typed(
    browser: Browser, challenge: Challenge, bo: Person, text: str
) -> None:
    refused = browser(bo).post(path_of(challenge), {"text": text})
    page = refused.content.decode()
    assert (refused.status_code, Comment.objects.count()) == (422, 0)
    assert text.strip() in page
    assert "data-error-summary" in page
    assert str(challenge.get_absolute_url()) in page


def test_hostile_words_stay_words(browser: Browser, challenge: Challenge, bo: Person) -> None:
    hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> [k](javascript:alert(1)) ![p](http://x/y.png)"
    browser(bo).post(path_of(challenge), {"text": hostile})
    html = Comment.objects.get().html
    assert [word for word in ("<script", "<img", 'href="javascript') if word in html] == []


def test_a_reply_joins_the_thread_and_stays_under_its_own_challenge(
    browser: Browser, challenge: Challenge, anna: Person, bo: Person, utrecht: Region
) -> None:
    first = Comment.write(challenge, "Een", by=anna)
    browser(bo).post(path_of(challenge), {"text": "Twee", "parent": first.pk})
    second = Comment.objects.get(text="Twee")
    browser(anna).post(path_of(challenge), {"text": "Drie", "parent": second.pk})
    elsewhere = make.challenge(by=anna, region=utrecht)
    refused = browser(bo).post(path_of(elsewhere), {"text": "Vier", "parent": first.pk})
    assert refused.status_code == 422
    for parent in ("abc", "-1", "9" * 30, "'"):
        assert browser(bo).post(path_of(challenge), {"text": "Vijf", "parent": parent}).status_code == 422
        assert browser(bo).get(path_of(challenge), {"op": parent}).status_code == 200
    assert list(Comment.objects.order_by("pk").values_list("text", "parent")) == [
        ("Een", None), ("Twee", first.pk), ("Drie", first.pk),
    ]  # fmt: skip


def test_the_form_says_who_will_read_it(browser: Browser, anna: Person, utrecht: Region) -> None:
    said = {}
    for visibility in Visibility:
        challenge = make.challenge(by=anna, region=utrecht, visibility=visibility)
        said[visibility] = str(comments_section(anna, challenge)["comments"]["audience"])
        assert (
            said[visibility]
            in browser(anna).get(path_of(challenge), headers={"accept-language": "en"}).content.decode()
        )
    assert len(set(said.values())) == 4


def test_a_comment_changes_for_half_an_hour(browser: Browser, challenge: Challenge, bo: Person, anna: Person) -> None:
    comment = Comment.write(challenge, "Eerst", by=bo)
    path = f"/reacties/{comment.pk}/bewerken/"
    assert browser(bo).post(path, {"text": ""}).status_code == 422
    assert browser(bo).post(path, {"text": "Daarna"}).status_code == 302
    assert browser(anna).post(path, {"text": "Van een ander"}).status_code == 403
    Comment.objects.update(at=timezone.now() - timedelta(minutes=31))
    assert browser(bo).get(path).status_code == 403
    assert browser(bo).post(path, {"text": "Te laat"}).status_code == 403
    comment.refresh_from_db()
    assert (comment.text, comment.edited_at is not None) == ("Daarna", True)
    assert Entry.objects.search("Daarna").count() == 1


def test_a_deleted_comment_leaves_an_empty_place(
    browser: Browser, challenge: Challenge, bo: Person, anna: Person
) -> None:
    comment = Comment.write(challenge, "kanariewoord", by=bo)
    Comment.write(challenge, "Een antwoord", by=anna, parent=comment)
    path = f"/reacties/{comment.pk}/verwijderen/"
    assert (browser(anna).post(path).status_code, browser(bo).get(path).status_code) == (403, 200)
    assert browser(bo).post(path).status_code == 302
    comment.refresh_from_db()
    assert (comment.state, comment.text, comment.html, counted(challenge)) == ("deleted", "", "", 1)
    assert Entry.objects.search("kanariewoord").count() == 0
    [line] = comments_section(None, challenge)["comments"]["page"].object_list
    assert (bool(line.gone), [reply.comment.text for reply in line.replies]) == (True, ["Een antwoord"])
    assert Event.objects.filter(verb=Verb.COMMENT_DELETED, actor=bo).count() == 1


def test_a_hidden_comment_is_read_by_its_writer_and_the_moderators_only(
    challenge: Challenge, bo: Person, anna: Person, mo: Person, emil: Person, stan: Person
) -> None:
    comment = Comment.write(challenge, "Ongepast", by=bo)
    Ruling.on_comment(comment, by=mo, hide=True, reason="insult", words="Blijf aardig.")
    seen = {}
    people = {"visitor": None, "bo": bo, "anna": anna, "mo": mo, "emil": emil, "stan": stan}
    for name, person in people.items():
        [line] = comments_section(person, challenge)["comments"]["page"].object_list
        seen[name] = (bool(line.gone), "Blijf aardig." in line.note, bool(line.restore_url))
    assert seen == {
        "visitor": (True, False, False),
        "bo": (False, True, False),
        "anna": (True, False, False),
        "mo": (False, True, True),
        "emil": (True, False, False),
        "stan": (False, True, True),
    }
    assert counted(challenge) == 0
    assert Entry.objects.search("Ongepast").count() == 0


def test_a_hidden_comment_gives_no_name_in_the_lines_about_what_happened(
    challenge: Challenge, bo: Person, mo: Person, anna: Person
) -> None:
    Comment.write(challenge, "Goed.", by=anna)
    Ruling.on_comment(Comment.write(challenge, "Ongepast", by=bo), by=mo, hide=True, reason="insult")
    shown = events_shown_to(None).filter(contribution=challenge, verb=Verb.COMMENTED)
    assert [event.actor for event in shown] == [anna]


def test_closed_comments_take_no_more(browser: Browser, challenge: Challenge, bo: Person, mo: Person) -> None:
    Ruling.close_comments(challenge, by=mo, closed=True, words="Het liep uit de hand.")
    late = browser(bo).post(path_of(challenge), {"text": "Toch nog"})
    assert (late.status_code, "Toch nog" in late.content.decode()) == (409, True)
    assert browser(bo).get(path_of(challenge)).status_code == 403
    assert Comment.objects.count() == 0
    section = comments_section(bo, Challenge.objects.get())["comments"]
    assert (section["may_write"], section["may_sign_in"]) == (False, False)


@pytest.mark.parametrize("state", [State.HIDDEN, State.ARCHIVED, State.DRAFT, State.PENDING])
def test_only_what_is_published_takes_comments(browser: Browser, anna: Person, utrecht: Region, state: str) -> None:
    challenge = make.challenge(by=anna, region=utrecht, state=state)
    assert browser(anna).post(path_of(challenge), {"text": "Hallo"}).status_code == 403
    assert Comment.objects.count() == 0


def test_a_place_leads_to_the_right_page(browser: Browser, challenge: Challenge, bo: Person) -> None:
    comments = [Comment.write(challenge, f"Reactie {number}", by=bo) for number in range(52)]
    reply = Comment.write(challenge, "Antwoord", by=bo, parent=comments[51])
    url = challenge.get_absolute_url()
    where = [
        browser(None).get(f"/reacties/{comment.pk}/")["Location"] for comment in (comments[49], comments[50], reply)
    ]
    assert where == [
        f"{url}#reactie-{comments[49].pk}",
        f"{url}?pagina=2#reactie-{comments[50].pk}",
        f"{url}?pagina=2#reactie-{reply.pk}",
    ]
    pages = [comments_section(None, challenge, page)["comments"]["page"] for page in (1, 2, 3)]
    assert [(len(page.object_list), page.number) for page in pages] == [(50, 1), (2, 2), (50, 1)]
    assert [len(line.replies) for line in pages[1].object_list] == [0, 1]


def test_the_place_of_an_unseen_comment_is_absent(browser: Browser, anna: Person, utrecht: Region, eva: Person) -> None:
    closed = make.challenge(by=anna, region=utrecht, visibility=Visibility.REGION)
    comment = Comment.write(closed, "Onder ons", by=anna)
    paths = [f"/reacties/{comment.pk}/{end}" for end in ("", "bewerken/", "verwijderen/", "verbergen/")]
    assert [browser(eva).get(path).status_code for path in paths] == [404] * 4
    assert browser(eva).post(path_of(closed), {"text": "Ik ook"}).status_code == 404


def test_the_section_takes_the_same_queries_for_one_and_for_thirty(
    challenge: Challenge, bo: Person, django_assert_num_queries: Callable[..., object]
) -> None:
    first = Comment.write(challenge, "Een", by=bo)
    Comment.write(challenge, "Een", by=bo, parent=first)
    with django_assert_num_queries(2):
        comments_section(None, challenge)
    for number in range(30):
        Comment.write(challenge, f"Reactie {number}", by=make.person())
        Comment.write(challenge, f"Antwoord {number}", by=make.person(), parent=first)
    with django_assert_num_queries(2):
        comments_section(None, challenge)


def test_following_says_what_it_does(browser: Browser, challenge: Challenge, bo: Person) -> None:
    path = f"/stuk/{challenge.pk}/volgen/"
    counts = []
    for value in ("1", "1", "0", "0", "onzin"):
        assert browser(bo).post(path, {"follow": value}).status_code == 302
        counts.append(Contribution.objects.get(pk=challenge.pk).follower_count)
    assert counts == [1, 1, 0, 0, 0]
    assert browser(bo).get(path).status_code == 405
