"""The catalogue tool finds every word, and what is wrong with a translation."""

from pathlib import Path

import pytest
from babel.messages import Catalog, Message

from tools import messages

TEMPLATE = """{% load i18n %}
<h1>{% translate "Challenges" %}</h1>
  <p title="{% translate "It's here" %}">{% blocktranslate trimmed with name=person.name %}
    Hello {{ name }},
    welcome.
  {% endblocktranslate %}</p>
    {% blocktranslate count counter=n %}{{ counter }} day{% plural %}{{ counter }} days{% endblocktranslate %}
{% translate "May" context "month" %}
"""
SOURCE = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext
gettext_lazy("Later")
ngettext("%(n)s mail", "%(n)s mails", 2)
print(_("Now"))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "models.py").write_text(SOURCE)
    monkeypatch.setattr(messages, "BASE", tmp_path)
    monkeypatch.setattr(messages, "PO", tmp_path / "django.po")
    return tmp_path


@pytest.mark.usefixtures("project")
def test_every_word_of_code_and_templates_is_found() -> None:
    assert {messages.key(message) for message in messages.extracted() if message.id} == {
        (None, "Challenges"),
        (None, "It's here"),
        (None, "Hello %(name)s, welcome."),
        (None, ("%(counter)s day", "%(counter)s days")),
        ("month", "May"),
        (None, "Later"),
        (None, ("%(n)s mail", "%(n)s mails")),
        (None, "Now"),
    }


def test_complete_catalogue_has_no_problems(project: Path) -> None:
    (project / "nl.json").write_text(
        '{"Challenges": "Challenges", "It\'s here": "Het is hier", "Hello %(name)s, welcome.": "Welkom %(name)s.",'
        ' "%(counter)s day": {"plural": "", "0": "een dag", "1": "%(counter)s dagen"}, "month\\u0004May": "mei",'
        ' "Later": "Later", "%(n)s mail": {"plural": "", "0": "%(n)s mail", "1": "%(n)s mails"}}'
    )
    messages.merge([str(project / "nl.json")])
    assert list(messages.problems()) == ["not translated: 'Now'"]


def test_word_that_left_the_code_is_a_problem(project: Path) -> None:
    messages.take_up()
    (project / "accounts" / "models.py").write_text("")
    assert "no longer in the code: 'Now'" in list(messages.problems())
    messages.take_up()
    assert "no longer in the code: 'Now'" not in list(messages.problems())


@pytest.mark.parametrize(
    ("msgid", "msgstr", "agree"),
    [
        ("Hello %(name)s", "Dag %(name)s", True),
        ("Hello %(name)s", "Dag", False),
        ("Hello %(name)s", "Dag %(naam)s", False),
        (("%(n)s day", "%(n)s days"), ("een dag", "%(n)s dagen"), True),
        (("%(n)s day", "%(n)s days"), ("%(n)s dag", "dagen"), False),
    ],
)
def test_placeholders_have_to_agree(msgid: str, msgstr: str, agree: bool) -> None:
    assert messages.placeholders_agree(Message(msgid, msgstr)) is agree


@pytest.mark.usefixtures("project")
def test_catalogue_without_a_file_is_empty() -> None:
    assert len(messages.catalogue()) == len(Catalog("nl"))


def test_words_within_an_f_string_are_told(project: Path) -> None:
    (project / "accounts" / "models.py").write_text("print(f\"{_('Now')} {len(x)}\")\n")
    assert list(messages.out_of_sight()) == ["within an f-string: accounts/models.py, line 1"]


@pytest.mark.parametrize(
    ("dutch", "is_plain"),
    [
        ("U kunt het later veranderen. Het InnovatieKabinet en de kabinetssecretaris zien het.", True),
        ("Je kunt het later veranderen.", False),
        ("Dit is reeds gebeurd.", False),
        ("Het kabinet kijkt mee.", False),
        ("Alle regio's", False),
        ("Twee  spaties.", False),
        (" ".join(["lang"] * 27), False),
    ],
)
def test_dutch_is_plain(dutch: str, is_plain: bool) -> None:
    assert (list(messages.not_plain(Message("words", dutch))) == []) is is_plain
