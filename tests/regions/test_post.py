"""Posts: who writes what, who reads it, which answer helped, and what is never lost."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person
from digests.items import gather
from digests.spread import spread
from regions.errors import AlreadyDone
from regions.models import (
    Comment,
    Draft,
    Event,
    Follow,
    Notice,
    Post,
    Region,
    Ruling,
    Sort,
    State,
    Theme,
    Unspread,
    Verb,
    Visibility,
)
from tests import make
from tests.regions.conftest import Count

Browser = Callable[[Person | None], Client]
pytestmark = pytest.mark.django_db
LIST = "/regios/utrecht/berichten/"
NEW = f"{LIST}nieuw/"
QUESTION = {"title": "Wie kent een zaal?", "words": "Voor **dertig** mensen.", "visibility": "region"}


def sent(client: Client, path: str, **fields: str) -> tuple[int, list[str]]:
    """Post a form; return the status of the answer, and the kinds of the messages on the page where it leads."""
    answer = client.post(path, fields)
    shown = client.get(answer["Location"]).context["messages"] if answer.status_code == 302 else []
    return answer.status_code, [str(message.level_tag) for message in shown]


def told(person: Person) -> list[tuple[str, str]]:
    spread()
    return list(Notice.objects.filter(person=person).order_by("pk").values_list("event__verb", "reason"))


# --- writing ------------------------------------------------------------------------------------------------


def test_who_may_write_what(
    browser: Browser, utrecht: Region, bram: Person, mo: Person, eva: Person, emil: Person, bo: Person, stan: Person
) -> None:
    cast = {"visitor": None, "bo": bo, "eva": eva, "emil": emil, "bram": bram, "mo": mo, "stan": stan}
    kinds = {"first": NEW, "question": f"{NEW}?soort=vraag", "announcement": f"{NEW}?soort=mededeling"}
    found = {name: [browser(person).get(path).status_code for path in kinds.values()] for name, person in cast.items()}
    assert found == {
        "visitor": [302, 302, 302],
        "bo": [403, 403, 403],
        "eva": [403, 403, 403],
        "emil": [403, 403, 403],
        "bram": [200, 200, 403],
        "mo": [200, 200, 200],
        "stan": [403, 403, 403],
    }
    refused = browser(bram).post(f"{NEW}?soort=mededeling", {**QUESTION, "action": "publish"})
    assert (refused.status_code, Post.objects.count()) == (403, 0)


def test_a_question_is_posted_and_the_region_hears_it(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person
) -> None:
    Theme.objects.create(slug="wonen", name="Wonen").followers.add(bram, eva)
    form = {**QUESTION, "themes": "wonen", "action": "publish", "form_key": make.key()}
    answers = [browser(anna).post(NEW, form) for _click in range(2)]
    (post,) = Post.objects.all()
    assert [answer["Location"] for answer in answers] == [post.get_absolute_url()] * 2
    assert (post.title, post.sort, post.state, post.visibility) == (
        "Wie kent een zaal?",
        Sort.QUESTION,
        State.PUBLISHED,
        Visibility.REGION,
    )
    page = browser(bram).get(post.get_absolute_url()).content.decode()
    assert ("<strong>dertig</strong>" in page, "Wonen" in page) == (True, True)
    assert [told(person) for person in (anna, bram, mo, eva)] == [
        [],
        [("published", "region")],
        [("published", "region")],
        [],
    ]


def test_a_refused_form_keeps_what_was_typed(browser: Browser, utrecht: Region, bram: Person) -> None:
    for field, value in (("title", ""), ("words", ""), ("words", "Over 123456782."), ("visibility", "team")):
        answer = browser(bram).post(NEW, {**QUESTION, field: value, "action": "publish"})
        kept = {name: words for name, words in QUESTION.items() if name not in (field, "visibility")}
        page = answer.content.decode()
        assert (answer.status_code, [words for words in kept.values() if words not in page]) == (422, [])
    assert Post.objects.count() == 0


def test_a_draft_asks_for_a_title_only_and_waits_on_its_writer(
    browser: Browser, utrecht: Region, anna: Person, mo: Person, stan: Person
) -> None:
    browser(anna).post(NEW, {"title": "Half idee", "visibility": "region", "action": "draft"})
    post = Post.objects.get()
    url = post.get_absolute_url()
    assert post.state == State.DRAFT
    assert [browser(person).get(url).status_code for person in (anna, mo, stan, None)] == [200, 404, 404, 404]
    home = browser(anna).get("/").context["waiting"]
    assert [(line.title, line.url) for line in home] == [("Half idee", f"{url}bewerken/")]
    assert "Half idee" in browser(anna).get("/mijn/").content.decode()
    form = {"title": "Half idee", "visibility": "region", "version": "1", "action": "publish"}
    assert sent(browser(anna), f"{url}bewerken/", **form)[0] == 422
    assert sent(browser(anna), f"{url}bewerken/", **form, words="Nu heel.") == (302, ["success"])
    assert Post.objects.get().state == State.PUBLISHED


def test_unsaved_text_is_kept_and_put_back(browser: Browser, utrecht: Region, anna: Person) -> None:
    client = browser(anna)
    path = f"{NEW}concept/?soort=vraag"
    assert client.post(path, {**QUESTION, "words": "Half getypt"}).json().keys() == {"saved_at"}
    assert "Half getypt" in client.get(NEW).content.decode()
    assert client.post(path, {"words": "123456782"}).status_code == 422
    client.post(NEW, {**QUESTION, "action": "publish"})
    post = Post.objects.get()
    assert Draft.objects.count() == 0
    client.post(f"{post.get_absolute_url()}bewerken/concept/", {**QUESTION, "title": "Andere titel", "version": "1"})
    assert "Andere titel" in client.get(f"{post.get_absolute_url()}bewerken/").content.decode()
    client.post(f"{post.get_absolute_url()}bewerken/concept/weggooien/")
    assert "Andere titel" not in client.get(f"{post.get_absolute_url()}bewerken/").content.decode()


def test_a_draft_is_thrown_away_and_a_published_one_is_not(browser: Browser, utrecht: Region, anna: Person) -> None:
    draft = make.post(by=anna, region=utrecht, state=State.DRAFT)
    shown = make.post(by=anna, region=utrecht)
    heard = [sent(browser(anna), f"{post.get_absolute_url()}weggooien/") for post in (draft, shown)]
    assert (heard, list(Post.objects.all())) == ([(302, ["success"]), (302, ["warning"])], [shown])


def test_an_edit_keeps_versions_and_says_so(browser: Browser, utrecht: Region, anna: Person, bram: Person) -> None:
    post = make.post(by=anna, region=utrecht, title="Wie kent een zaal?", words="Eerst.")
    path = f"{post.get_absolute_url()}bewerken/"
    assert browser(bram).get(post.get_absolute_url()).context["post"].is_changed is False
    assert sent(browser(anna), path, **QUESTION, version="1") == (302, ["success"])
    assert [version.text["words"] for version in post.versions.order_by("number")] == ["Eerst.", QUESTION["words"]]
    assert browser(bram).get(post.get_absolute_url()).context["post"].is_changed is True
    late = browser(anna).post(path, {**QUESTION, "words": "Te laat.", "version": "1"})
    page = late.content.decode()
    assert (late.status_code, QUESTION["words"] in page, "Te laat." in page) == (409, True, True)
    assert [browser(person).get(path).status_code for person in (bram, None)] == [403, 302]


def test_the_first_of_a_newcomer_waits_for_a_moderator(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, mo: Person
) -> None:
    Region.objects.update(holds_back=True)
    assert sent(browser(anna), NEW, **QUESTION, action="publish") == (302, ["success"])
    post = Post.objects.get()
    assert (post.state, told(mo), told(bram)) == (State.PENDING, [("submitted", "waits")], [])
    assert browser(bram).get(post.get_absolute_url()).status_code == 404
    browser(mo).post(f"/stuk/{post.pk}/goedkeuren/")
    assert (told(bram), browser(bram).get(post.get_absolute_url()).status_code) == ([("published", "region")], 200)


# --- reading ------------------------------------------------------------------------------------------------


def test_each_reads_what_is_theirs_to_read(
    browser: Browser, utrecht: Region, anna: Person, bram: Person, eva: Person, mo: Person, bo: Person, kim: Person
) -> None:
    for visibility in ("public", "network", "region"):
        make.post(by=anna, region=utrecht, title=f"Kanarie {visibility}", words="kanarie", visibility=visibility)
    hidden = make.post(by=anna, region=utrecht, title="Kanarie hidden")
    Ruling.hide(hidden, by=mo, reason="other", words="Nee.")
    cast = {"visitor": None, "bo": bo, "eva": eva, "kim": kim, "bram": bram, "mo": mo, "anna": anna}
    seen = {}
    for name, person in cast.items():
        client = browser(person)
        listed = {post.title.removeprefix("Kanarie ") for post in client.get(LIST).context["piece"].rows}
        shelf = {post.title.removeprefix("Kanarie ") for post in client.get("/regios/utrecht/").context["posts"]}
        found = {
            hit.contribution.title.removeprefix("Kanarie ")
            for hit in client.get("/zoeken/?q=kanarie&soort=post").context["hits"]
        }
        seen[name] = (listed, shelf, found)
    public, network, region = {"public"}, {"public", "network"}, {"public", "network", "region"}
    assert seen == {
        "visitor": (public, public, public),
        "bo": (public, public, public),
        "eva": (network, network, network),
        "kim": (network, network, network),
        "bram": (region, region, region),
        "mo": (region, region, {*region, "hidden"}),
        "anna": (region, region, {*region, "hidden"}),
    }


def test_the_list_is_filtered_and_ordered_by_activity(
    browser: Browser, utrecht: Region, anna: Person, mo: Person
) -> None:
    old, answered = (make.post(by=anna, region=utrecht, visibility="public") for _ in range(2))
    news = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, visibility="public")
    answered.mark(Comment.write(answered, "Zo.", by=mo), by=anna, seen=None)
    Comment.write(old, "Nog iets.", by=mo)
    client = browser(None)
    queries = ("", "?soort=vraag", "?soort=mededeling", "?open=1", "?soort=vraag&open=1", "?soort=onzin&pagina=x")
    assert {query: list(client.get(LIST + query).context["piece"].rows) for query in queries} == {
        "": [old, answered, news],
        "?soort=vraag": [old, answered],
        "?soort=mededeling": [news],
        "?open=1": [old],
        "?soort=vraag&open=1": [old],
        "?soort=onzin&pagina=x": [old, answered, news],
    }


def test_pages_go_on_with_the_filter(browser: Browser, utrecht: Region, anna: Person) -> None:
    for _number in range(26):
        make.post(by=anna, region=utrecht, visibility="public")
    first = browser(None).get(f"{LIST}?soort=vraag")
    assert (len(first.context["piece"].rows), "?soort=vraag&amp;pagina=2" in first.content.decode()) == (25, True)
    assert len(browser(None).get(f"{LIST}?soort=vraag&pagina=2").context["piece"].rows) == 1


def test_an_empty_list_tells_a_member_what_to_do(browser: Browser, utrecht: Region, bram: Person) -> None:
    pages = [browser(person).get(LIST).content.decode() for person in (bram, None)]
    assert [f'href="{NEW}"' in page for page in pages] == [True, False]


# --- which answer helped ------------------------------------------------------------------------------------


@pytest.fixture
def question(anna: Person, utrecht: Region) -> Post:
    return make.post(by=anna, region=utrecht, title="Wie kent een zaal?")


@pytest.fixture
def answers(question: Post, bram: Person, mo: Person) -> list[Comment]:
    made = [Comment.write(question, "Het dorpshuis.", by=bram), Comment.write(question, "De kerk.", by=mo)]
    Unspread.objects.all().delete()
    return made


def mark(client: Client, question: Post, answer: Comment | None, seen: Comment | None = None) -> tuple[int, list[str]]:
    fields = {"reactie": str(answer.pk) if answer else "", "seen": str(seen.pk) if seen else ""}
    return sent(client, f"{question.get_absolute_url()}antwoord/", **fields)


def shown(client: Client, question: Post) -> tuple[str, list[bool]]:
    """Return the words on top of the page, and which of the answers is marked."""
    page = client.get(question.get_absolute_url()).context
    return page["answer"].text if page["answer"] else "", [line.has_helped for line in page["comments"]["page"]]


def test_who_asked_marks_changes_and_takes_back(
    browser: Browser, question: Post, answers: list[Comment], anna: Person, bram: Person, mo: Person
) -> None:
    first, second = answers
    client, reader = browser(anna), browser(mo)
    assert (mark(client, question, first), shown(reader, question)) == (
        (302, ["success"]),
        ("Het dorpshuis.", [True, False]),
    )
    assert (mark(client, question, second, first), shown(reader, question)) == (
        (302, ["success"]),
        ("De kerk.", [False, True]),
    )
    assert (mark(client, question, None, second), shown(reader, question)) == ((302, ["success"]), ("", [False, False]))
    verbs = Event.objects.filter(contribution=question, verb__in=[Verb.HELPED, Verb.UNHELPED])
    assert list(verbs.order_by("pk").values_list("verb", "subject")) == [
        ("helped", bram.pk),
        ("helped", mo.pk),
        ("unhelped", None),
    ]


def test_who_answered_and_who_follows_hear_it_until_it_is_taken_back(
    browser: Browser, question: Post, answers: list[Comment], anna: Person, bram: Person, eva: Person, mo: Person
) -> None:
    for person in (mo, eva):
        Follow.objects.create(contribution=question, person=person)
    mark(browser(anna), question, answers[0])
    assert {person.name: told(person) for person in (anna, bram, mo)} == {
        "Anna Auteur": [],
        "Bram Buur": [("helped", "about")],
        "Mo Moderator": [("helped", "follow")],
    }
    lines = [item.what for group in gather(bram, Notice.objects.filter(person=bram)) for item in group.items]
    assert lines == ["zegt dat uw antwoord hielp"]
    mark(browser(anna), question, None, answers[0])
    assert gather(bram, Notice.objects.filter(person=bram)) == []


def test_only_who_asked_marks(
    browser: Browser, question: Post, answers: list[Comment], bram: Person, mo: Person, eva: Person, stan: Person
) -> None:
    make.member(eva, question.region)
    path = f"{question.get_absolute_url()}antwoord/"
    cast = {"visitor": None, "bram": bram, "mo": mo, "eva": eva, "stan": stan}
    found = {name: browser(person).post(path, {"reactie": answers[0].pk}).status_code for name, person in cast.items()}
    assert found == {"visitor": 302, "bram": 403, "mo": 403, "eva": 403, "stan": 403}
    assert [path in browser(person).get(question.get_absolute_url()).content.decode() for person in (bram, mo)] == [
        False,
        False,
    ]
    question.refresh_from_db()
    assert question.helped is None


def test_what_is_hidden_or_deleted_is_not_marked(
    browser: Browser, question: Post, answers: list[Comment], anna: Person, mo: Person, utrecht: Region
) -> None:
    gone, hidden = answers
    gone.delete_text()
    Ruling.on_comment(hidden, by=mo, hide=True, reason="other", words="Nee.")
    elsewhere = Comment.write(make.post(by=anna, region=utrecht), "Elders.", by=mo)
    heard = [mark(browser(anna), question, answer) for answer in (gone, hidden, elsewhere)]
    assert heard == [(302, ["warning"])] * 3
    for answer in (hidden, elsewhere):
        with pytest.raises(AlreadyDone):
            question.mark(answer, by=anna, seen=None)


def test_a_marked_answer_that_is_hidden_is_marked_no_more_until_it_is_back(
    browser: Browser, question: Post, answers: list[Comment], anna: Person, bram: Person, mo: Person
) -> None:
    mark(browser(anna), question, answers[0])
    reader = browser(bram)
    Ruling.on_comment(answers[0], by=mo, hide=True, reason="other", words="Nee.")
    assert shown(browser(mo), question) == ("", [False, False])
    assert [post.answer for post in reader.get(LIST).context["piece"].rows] == [None]
    assert list(Post.objects.unanswered()) == [question]
    Ruling.on_comment(Comment.objects.get(pk=answers[0].pk), by=mo, hide=False)
    assert shown(reader, question) == ("Het dorpshuis.", [True, False])
    assert list(Post.objects.unanswered()) == []


def test_a_page_that_stood_open_marks_nothing(
    browser: Browser, question: Post, answers: list[Comment], anna: Person
) -> None:
    """The page was shown before another answer was marked: who sent it sees how it stands now."""
    mark(browser(anna), question, answers[0])
    assert mark(browser(anna), question, answers[1]) == (302, ["warning"])
    assert mark(browser(anna), question, answers[0], answers[0]) == (302, ["warning"])
    question.refresh_from_db()
    assert question.helped == answers[0]


def test_an_announcement_has_no_answer_that_helped(browser: Browser, utrecht: Region, mo: Person, bram: Person) -> None:
    post = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT)
    answer = Comment.write(post, "Fijn.", by=bram)
    assert browser(mo).post(f"{post.get_absolute_url()}antwoord/", {"reactie": answer.pk}).status_code == 403


# --- queries ------------------------------------------------------------------------------------------------


def test_pages_take_the_same_queries_for_one_and_for_thirty(
    browser: Browser, count: Count, utrecht: Region, anna: Person, mo: Person
) -> None:
    theme = Theme.objects.create(slug="wonen", name="Wonen")
    question = make.post(by=anna, region=utrecht, visibility="public", themes=[theme])
    question.mark(Comment.write(question, "Zo.", by=mo), by=anna, seen=None)
    draft = make.post(by=mo, region=utrecht, sort=Sort.ANNOUNCEMENT, state=State.DRAFT)
    url = question.get_absolute_url()
    pages = {
        "list": (None, LIST),
        "list of a member": (anna, LIST),
        "page": (None, url),
        "page of the asker": (anna, url),
        "page of a moderator": (mo, url),
        "form": (anna, NEW),
        "edit": (anna, f"{url}bewerken/"),
        "mail": (mo, f"{draft.get_absolute_url()}mailen/"),
    }
    one = {name: count(browser(person), path) for name, (person, path) in pages.items()}
    for number in range(29):
        post = make.post(by=make.person(), region=utrecht, visibility="public", themes=[theme])
        post.mark(Comment.write(post, "Zo.", by=mo), by=post.author, seen=None)
        Comment.write(question, f"Antwoord {number}", by=make.person())
        make.member(make.person(), utrecht)
    assert {name: count(browser(person), path) for name, (person, path) in pages.items()} == one
    assert one == {
        "list": 2,
        "list of a member": 6,
        "page": 5,
        "page of the asker": 12,
        "page of a moderator": 12,
        "form": 7,
        "edit": 9,
        "mail": 8,
    }


def test_hostile_words_are_text(browser: Browser, utrecht: Region, anna: Person) -> None:
    words = "<script>kwaad()</script> [klik](javascript:kwaad()) <img src=x onerror=kwaad()>"
    post = make.post(by=anna, region=utrecht, title="<script>kwaad()</script>", words=words, visibility="public")
    Comment.write(post, words, by=anna)
    for path in (post.get_absolute_url(), LIST, "/regios/utrecht/"):
        page = browser(None).get(path).content.decode()
        assert [bad for bad in ("<script>kwaad", "<img src=x", 'href="javascript') if bad in page] == []


def test_a_post_dated_earlier_is_published_then(utrecht: Region, anna: Person) -> None:
    at = timezone.now().replace(year=2025)
    post = Post.objects.post(by=anna, region=utrecht, text={"title": "Oud", "words": "Toen."}, sort="vraag", at=at)
    post.publish(anna, at=at)
    event = Event.objects.get(contribution=post, verb=Verb.PUBLISHED)
    now = Post.objects.get()
    assert (now.published_at, now.last_activity_at, event.at) == (at, at, at)
