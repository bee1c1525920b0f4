"""What people type: no citizen service numbers, nothing that cannot be seen, no script."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from regions.forms import TextForm
from regions.text import plain, refuse_bsn, rendered, tidy


@pytest.mark.parametrize(
    "text",
    [
        "111222333",
        "BSN: 111 222 333.",
        "111.222.333",
        "111-222-333",
        "111\u00a0222\u00a0333",
        "111\u200b222333",
        "111\u202f222\u202f333",
        "\u0661\u0661\u0661222333",
    ],
)
def test_a_citizen_service_number_is_refused_however_it_is_written(text: str) -> None:
    with pytest.raises(ValidationError):
        refuse_bsn(text)


@pytest.mark.parametrize("text", ["06-12345611", "06 12345611", "+31 6 12345611", "+31 612345609"])
def test_a_mobile_number_is_no_citizen_service_number(text: str) -> None:
    refuse_bsn(text)
    with pytest.raises(ValidationError):
        refuse_bsn(text.replace("06", "6", 1).replace("+31", "nummer", 1).replace("6 1", "1").removeprefix("6-"))


@pytest.mark.parametrize("text", ["111222334", "06-12345678", "2026-11-22", "1234567890123", "NL91ABNA0417164300", ""])
def test_other_numbers_are_fine(text: str) -> None:
    refuse_bsn(text)


def test_what_cannot_be_seen_is_taken_out_and_leaves_nothing() -> None:
    class Form(TextForm):
        title = forms.CharField()

    assert tidy("\u202eomgekeerd\u2066 \U0001f468\u200d\U0001f469") == "omgekeerd \U0001f468\u200d\U0001f469"
    assert "title" in Form({"title": "\u200b\u00a0"}).errors


@pytest.mark.parametrize(
    "text",
    ["<script>kwaad()</script>", "[klik](javascript:kwaad())", "![x](http://x/y.png)", '<a href="x" onclick="y">z</a>'],
)
def test_markdown_gives_no_script_and_no_picture(text: str) -> None:
    html = rendered(text)
    assert not any(bad in html for bad in ("<script", 'href="javascript', "<img", '<a href="x" onclick'))


def test_plain_gives_the_words_on_one_line() -> None:
    assert plain("**Vet** & [link](https://x.nl)\n\n- een\n- twee") == "Vet & link een twee"


def test_the_guard_leaves_hidden_fields_alone() -> None:
    """The mark of a version is made of digits and letters: by chance nine digits of it pass the test."""

    class Form(TextForm):
        words = forms.CharField()
        seen = forms.CharField(widget=forms.HiddenInput)

    assert Form({"words": "Goed.", "seen": "ab123456782cdef0"}).is_valid()
    assert Form({"words": "123456782", "seen": "x"}).is_valid() is False
