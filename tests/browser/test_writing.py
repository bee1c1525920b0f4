"""Writing in a browser: the toolbar, the preview, what is pasted, files, and the same without JavaScript."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from accounts.models import Person
from regions.models import Comment, Region
from tests import make
from tests.browser.served import broken_rules, open_for
from tests.rights.doors import client_of

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # the loop of the browser runs in this thread
pytestmark = [pytest.mark.browser, pytest.mark.django_db]

Open = Callable[..., Page]


@pytest.fixture
def open_as(browser: Browser) -> Iterator[Open]:
    """Open a page for a person."""
    with ExitStack() as stack:

        def opened(person: Person, path: str, **options: object) -> Page:
            page = stack.enter_context(open_for(client_of(person), browser, **options)).new_page()
            page.set_default_timeout(10_000)
            page.goto(path)
            return page

        yield opened


def write(area: Locator, words: str, chosen: str = "") -> None:
    """Type words, and select some of them."""
    area.fill("")
    area.press_sequentially(words)
    if chosen:
        start = words.index(chosen)
        area.evaluate("(one, [from, to]) => one.setSelectionRange(from, to)", [start, start + len(chosen)])


# --- the toolbar ----------------------------------------------------------------------------------------------


def test_the_toolbar_works_by_keyboard_and_can_be_undone(open_as: Open, anna: Person) -> None:
    page = open_as(anna, "/challenges/nieuw/")
    area = page.locator("[name=question]")
    bar = area.locator("xpath=preceding-sibling::*[@role='toolbar']")
    write(area, "Een wijkteam ziet dit", "wijkteam")
    area.press("Control+b")
    expect(area).to_have_value("Een **wijkteam** ziet dit")
    area.press("Control+b")
    expect(area).to_have_value("Een wijkteam ziet dit")
    area.press("Control+i")
    area.press("Control+z")
    expect(area).to_have_value("Een wijkteam ziet dit")
    area.press("Shift+Tab")
    for key, focused in (("ArrowLeft", "Voorbeeld"), ("Home", "Kop"), ("ArrowRight", "Vet")):
        page.keyboard.press(key)
        expect(bar.get_by_role("button", name=focused)).to_be_focused()
    page.keyboard.press("Tab")
    expect(area).to_be_focused()


BUTTONS = (
    ("Kop", "een", "### een\ntwee\ndrie"),
    ("Lijst met punten", "een\ntwee\ndrie", "- een\n- twee\n- drie"),
    ("Lijst met nummers", "een\ntwee", "1. een\n2. twee\ndrie"),
    ("Citaat", "twee", "een\n> twee\ndrie"),
    ("Link", "twee", "een\n[twee](https://)\ndrie"),
    ("Schuin", "twee", "een\n*twee*\ndrie"),
)


def test_each_button_does_what_it_says(open_as: Open, anna: Person) -> None:
    page = open_as(anna, "/challenges/nieuw/")
    area = page.locator("[name=question]")
    for button, chosen, becomes in BUTTONS:
        write(area, "een\ntwee\ndrie", chosen)
        page.locator("[data-writing]").first.get_by_role("button", name=button, exact=True).click()
        expect(area).to_have_value(becomes)
        expect(area).to_be_focused()
        area.press("Control+z")
        expect(area).to_have_value("een\ntwee\ndrie")


# --- the preview ----------------------------------------------------------------------------------------------

MARKED = """### Wat wij zagen

De **brief** komt *te laat*:

- bij gezinnen
- bij [ouderen](https://vng.example)

> Niemand belt."""


def test_the_preview_is_what_is_published(open_as: Open, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    page = open_as(anna, challenge.get_absolute_url())
    page.locator("textarea[name=text]").last.fill(MARKED)
    writing = page.locator("[data-writing]").last
    button = writing.get_by_role("button", name="Voorbeeld")
    button.press("Enter")
    panel = writing.get_by_role("region", name="Voorbeeld")
    expect(panel.locator("h3")).to_have_text("Wat wij zagen")
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("body > [role=status]")).to_contain_text("Het voorbeeld staat er.")
    assert broken_rules(page) == []
    shown = panel.locator(".prose").inner_html()
    button.press("Enter")
    expect(writing.locator("textarea")).to_have_value(MARKED)
    page.get_by_role("button", name="Reactie plaatsen").click()
    expect(page.locator(".prose", has_text="Wat wij zagen")).to_be_visible()
    assert page.locator(".prose", has_text="Wat wij zagen").inner_html() == shown == Comment.objects.get().html


# --- what is pasted -------------------------------------------------------------------------------------------

WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word"><head>
<meta name=Generator content="Microsoft Word 15">
<!--[if gte mso 9]><xml><w:WordDocument></w:WordDocument></xml><![endif]-->
<style><!-- p.MsoNormal {margin:0cm; font-family:"Calibri",sans-serif;} --></style></head>
<body lang=NL style='tab-interval:35.4pt'>
<!--StartFragment--><h1><span style='font-size:20.0pt'>Plan voor de wijk<o:p></o:p></span></h1>
<p class=MsoNormal>Wij zien <b style='mso-bidi-font-weight:normal'>te
laat</b>&nbsp;dat een gezin <i>geldzorgen</i> heeft.<span style='mso-spacerun:yes'>  </span>Zie <a
href="https://vng.example/plan">het plan</a>.<o:p></o:p></p><p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>De school belt<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='margin-left:72.0pt;mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp;&nbsp;</span></span><![endif]>of een buur<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>·<span>&nbsp;&nbsp;</span></span><![endif]>De corporatie schrijft<o:p></o:p></p>
<p class=MsoNormal>En dan:<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span>&nbsp;&nbsp;</span></span><![endif]>Bellen<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span>&nbsp;&nbsp;</span></span><![endif]>Langsgaan<o:p></o:p></p>
<p class=MsoQuote>Niemand belt.<o:p></o:p></p>
<table class=MsoTableGrid border=1><tr><td><p class=MsoNormal>Wie<o:p></o:p></p></td>
<td><p class=MsoNormal>Wanneer<o:p></o:p></p></td></tr>
<tr><td><p class=MsoNormal>Wijkteam<o:p></o:p></p></td>
<td><p class=MsoNormal>Maandag<o:p></o:p></p></td></tr></table>
<!--EndFragment--></body></html>"""
CLEAN = """### Plan voor de wijk

Wij zien **te laat** dat een gezin *geldzorgen* heeft. Zie [het plan](https://vng.example/plan).

- De school belt
  - of een buur
- De corporatie schrijft

En dan:

1. Bellen
2. Langsgaan

> Niemand belt.

Wie – Wanneer

Wijkteam – Maandag"""
REMARKED = """<html><body><!--StartFragment--><p class=MsoNormal>Wij bellen<span class=MsoCommentReference><span
style='mso-comment-reference:JD_1'><a href="#_msocom_1">[JD1]</a></span></span> eerst.<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·</span>De school<o:p></o:p></p>
<p class=MsoListParagraph style='mso-list:l1 level1 lfo2'><span style='mso-list:Ignore'>1.</span>Bellen<o:p></o:p></p>
<table><tr><th>Wie</th><th>Wat</th></tr>
<tr><td><p>Wijkteam</p></td><td><p>Belt</p><p>en schrijft</p></td></tr></table><!--EndFragment-->
<div style='mso-element:comment-list'><div style='mso-element:comment'><p class=MsoCommentText>Intern.</p></div></div>
</body></html>"""
UNREMARKED = """Wij bellen eerst.

- De school

1. Bellen

Wie – Wat

Wijkteam – Belt en schrijft"""
GOOGLE = """<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr">
<span style="font-weight:700">Let op</span><span style="font-weight:400">: 3 * 4_x</span></p>
<ul><li dir="ltr"><p dir="ltr"><span>een</span></p></li><li><p>twee</p></li></ul></b><script>alert(1)</script>"""
PASTE = """(area, [html, plain]) => {
    const data = new DataTransfer();
    if (html) data.setData("text/html", html);
    data.setData("text/plain", plain);
    area.focus();
    area.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def test_what_is_pasted_becomes_clean_text(open_as: Open, anna: Person) -> None:
    page = open_as(anna, "/challenges/nieuw/")
    area = page.locator("[name=question]")
    google = "**Let op**: 3 \\* 4_x\n\n- een\n- twee"
    for html, clean in ((WORD, CLEAN), (REMARKED, UNREMARKED), (GOOGLE, google)):
        write(area, "Eerst dit.")
        area.evaluate(PASTE, [html, "niet dit"])
        expect(area).to_have_value(f"Eerst dit.\n\n{clean}")
        area.press("Control+z")
        expect(area).to_have_value("Eerst dit.")


def test_what_cannot_be_cleaned_is_pasted_as_plain_words(open_as: Open, anna: Person) -> None:
    page = open_as(anna, "/challenges/nieuw/")
    page.route("**/paste.js", lambda route: route.abort())
    area = page.locator("[name=question]")
    area.evaluate(PASTE, ["<p><b>Vet</b></p>", "Vet"])
    expect(area).to_have_value("Vet")


# --- files ----------------------------------------------------------------------------------------------------

DROP = """(place, [name, bytes]) => {
    const data = new DataTransfer();
    data.items.add(new File(["a".repeat(bytes)], name));
    for (const kind of ["dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def test_a_file_is_dropped_and_sent_with_progress(open_as: Open, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    page = open_as(anna, f"/stuk/{challenge.pk}/bestanden/")
    place = page.locator("[data-upload]")
    place.evaluate(DROP, ["verslag.txt", 300_000])
    expect(place.locator("[data-chosen]")).to_contain_text("verslag.txt 300 kB")
    page.evaluate(WATCH)
    page.get_by_role("button", name="Toevoegen").click()
    page.wait_for_url(lambda url: url.endswith(challenge.get_absolute_url()))
    expect(page.locator("main")).to_contain_text("Het bestand is toegevoegd.")
    assert challenge.attachments.get().name == "verslag.txt"
    assert page.evaluate("sessionStorage.getItem('most')") == "100"


WATCH = """() => new MutationObserver(() => {
    const bar = document.querySelector("[data-sending]:not([hidden]) progress");
    if (bar) sessionStorage.setItem("most", bar.value);
}).observe(document.querySelector("[data-sending]"), {subtree: true, attributes: true, childList: true})"""


def test_a_file_that_is_not_taken_is_refused_before_it_is_sent(open_as: Open, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    page = open_as(anna, f"/stuk/{challenge.pk}/bestanden/")
    place = page.locator("[data-upload]")
    for name, size, told in (
        ("plan.exe", 10, "dit soort bestand nemen wij niet aan"),
        ("foto.png", 10_600_000, "te groot"),
    ):
        place.evaluate(DROP, [name, size])
        expect(place.get_by_role("alert")).to_contain_text(f"{name}: ")
        expect(place.get_by_role("alert")).to_contain_text(told)
        expect(place.locator("[data-chosen]")).to_be_hidden()
        assert place.locator("input").evaluate("one => one.files.length") == 0


def test_a_chosen_file_can_be_taken_away_and_a_sending_stopped(open_as: Open, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    page = open_as(anna, f"/stuk/{challenge.pk}/bestanden/")
    place = page.locator("[data-upload]")
    place.evaluate(DROP, ["een.txt", 10])
    place.get_by_role("button", name="Weghalen").press("Enter")
    expect(place.locator("[data-chosen]")).to_be_hidden()
    expect(place.locator("input")).to_be_focused()
    place.evaluate(DROP, ["twee.txt", 10])
    page.route("**/bestanden/", lambda _route: None)
    page.get_by_role("button", name="Toevoegen").click()
    expect(place.get_by_role("progressbar")).to_be_visible()
    assert broken_rules(page) == []
    place.get_by_role("button", name="Stop met versturen").press("Enter")
    expect(place.get_by_role("alert")).to_contain_text("Gestopt. Er is niets verstuurd.")
    expect(place.locator("[data-chosen]")).to_contain_text("twee.txt")


def test_a_refused_form_keeps_words_and_file(open_as: Open, anna: Person, utrecht: Region) -> None:
    page = open_as(anna, f"/regios/{utrecht.slug}/documenten/nieuw/")
    page.fill("textarea[name=description]", "Voor wijkteams.")
    page.locator("[data-upload]").evaluate(DROP, ["lijst.txt", 100])
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("textarea[name=description]")).to_have_value("Voor wijkteams.")
    expect(page.locator("[data-chosen]")).to_contain_text("lijst.txt")
    page.fill("[name=title]", "Lijst voor een huisbezoek")
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.locator("h1")).to_have_text("Lijst voor een huisbezoek")


# --- without JavaScript ---------------------------------------------------------------------------------------


def test_all_of_it_works_without_javascript(open_as: Open, anna: Person, utrecht: Region) -> None:
    challenge = make.challenge(by=anna, region=utrecht)
    page = open_as(anna, challenge.get_absolute_url(), java_script_enabled=False)
    expect(page.get_by_role("toolbar")).to_have_count(0)
    expect(page.locator(".initiate-writing__hint").last).to_contain_text("Een lijst: begin elke regel met een streepje")
    page.locator("textarea[name=text]").last.fill(MARKED)
    page.get_by_role("button", name="Reactie plaatsen").click()
    expect(page.locator(".prose h3", has_text="Wat wij zagen")).to_be_visible()
    page.goto(f"/stuk/{challenge.pk}/bestanden/")
    expect(page.locator("[data-drop]")).to_be_hidden()
    page.set_input_files("[name=file]", {"name": "verslag.txt", "mimeType": "text/plain", "buffer": b"Een verslag."})
    page.get_by_role("button", name="Toevoegen").click()
    expect(page.locator("main")).to_contain_text("Het bestand is toegevoegd.")


# --- a new challenge ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_challenge_begins_small_and_is_completed_part_by_part(
    open_as: Open, anna: Person, utrecht: Region, *, script: bool
) -> None:
    page = open_as(anna, "/challenges/nieuw/", java_script_enabled=script)
    names = page.locator("main form[data-draft-url] .initiate-form__fields > * :is(textarea, input[type=text], select)")
    assert [names.nth(n).get_attribute("name") for n in range(names.count())] == [
        "title",
        "summary",
        "question",
        "region",
    ]
    page.fill("[name=title]", "Een eerste loonstrook lezen")
    page.fill("[name=question]", "### Wie helpt met de eerste loonstrook?")
    page.get_by_role("button", name="Bewaar als concept").click()
    parts = page.locator(".initiate-parts")
    expect(parts.locator("summary")).to_contain_text("1 van 8 onderdelen afgerond")
    parts.get_by_role("link", name="Voor wie is het?").click()
    expect(page).to_have_url(re.compile("/bewerken/#id_for_whom$"))
    if script:
        page.locator("[data-writing]").first.get_by_role("button", name="Voorbeeld").click()
        expect(page.get_by_role("region", name="Voorbeeld").locator(".prose")).to_be_visible()
        assert broken_rules(page) == []
        page.locator("[data-writing]").first.get_by_role("button", name="Voorbeeld").click()
    page.fill("[name=for_whom]", "Jongeren met hun eerste baan.")
    page.fill("[name=tags]", "jongeren, loon")
    page.get_by_role("button", name="Bewaar als concept").click()
    expect(parts.locator("summary")).to_contain_text("3 van 8 onderdelen afgerond")
    expect(parts.locator("li", has_text="Voor wie is het?")).to_contain_text("Afgerond")


def test_a_text_that_may_not_be_kept_hears_what_to_do(open_as: Open, anna: Person, utrecht: Region) -> None:
    page = open_as(anna, "/challenges/nieuw/")
    line = page.locator("[data-draft]")
    page.fill("[name=summary]", "Het gaat om 111222333.")
    expect(line).to_have_text(re.compile("Niet bewaard: een nummer lijkt op een burgerservicenummer"))
    page.fill("[name=summary]", "Het gaat om een jongere.")
    expect(line).to_contain_text("Bewaard om")


def test_the_time_at_which_a_text_was_kept_stands_there_again(open_as: Open, anna: Person, utrecht: Region) -> None:
    page = open_as(anna, "/challenges/nieuw/")
    page.fill("[name=title]", "Een eerste loonstrook lezen")
    expect(page.locator("[data-draft]")).to_contain_text(re.compile(r"Bewaard om \d\d:\d\d"))
    page = open_as(anna, "/challenges/nieuw/")
    expect(page.locator("[name=title]")).to_have_value("Een eerste loonstrook lezen")
    expect(page.locator("[data-draft]")).to_contain_text(re.compile(r"Bewaard op \d+ \w+, \d\d:\d\d"))
