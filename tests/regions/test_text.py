"""What people type: no citizen service numbers, nothing that cannot be seen, no script."""

import pytest
from django import forms
from django.core.exceptions import ValidationError

from regions.forms import TextForm
from regions.text import plain, refuse_bsn, refuse_contact, rendered, tidy


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


@pytest.mark.parametrize(
    "text",
    [
        "jan@gemeente.nl",
        "mail jan.de-wit+x@sub.gemeente.example voor meer",
        "jan (at) gemeente.nl",
        "jan[at]gemeente.nl",
        "ｊａｎ＠gemeente.nl",
        "06-12345678",
        "06 12345678",
        "0612345678",
        "06 12 34 56 78",
        "06-12 34 56 78",
        "06.12.34.56.78",
        "06/12345678",
        "06 123 456 78",
        "06 - 12 34 56 78",
        "(06) 12345678",
        "6-12345678",
        "+31 6 12345678",
        "+31612345678",
        "+31 (0)6 12345678",
        "+31(0)6-12345678",
        "0031612345678",
        "00 31 6 12 34 56 78",
        "030-1234567",
        "030 123 45 67",
        "(030) 123 45 67",
        "0343-123456",
        "(0343) 12 34 56",
        "088 123 45 67",
        "Bel 0302345678.",
        "tel:0612345678",
        "+32 475 12 34 56",
        "+44 20 7946 0958",
        "+49 (0) 30 1234567",
        "\u200b06\u200b-12345678",
    ],
)
def test_contact_details_are_found(text: str) -> None:
    with pytest.raises(ValidationError):
        refuse_contact(text)
    with pytest.raises(ValidationError):
        refuse_contact(f"Neem contact op: {text}, of kom langs.")


@pytest.mark.parametrize(
    "text",
    [
        "2024-2026",
        "In 2025 en 2026 deden 1.250 mensen mee",
        "€ 1.000.000",
        "€ 10.000,00 tot 20.000 euro",
        "1234 AB Utrecht",
        "01-02-2026 10 mensen",
        "06-02-2026 10:30 uur",
        "06-10-2026 10:30 uur",
        "06-11-2026 1000 euro",
        "op 6 november 2026 om 10.00 uur",
        "06.00 - 18.00 10 mensen",
        "van 09.00-17.00 uur, 25 plaatsen",
        "09:00 - 17:00 12 keer",
        "012-2026",
        "0,05 procent van 1000000",
        "+20% in 2024",
        "@gemeente",
        "KvK 01234567",
        "12-06-2026 06 keer",
        "2026-06-12 10:00",
        "010101",
        "artikel 3.2.1 van 2015",
        "100.000 tot 1.000.000 mensen",
        "30-11-2026 t/m 02-12-2026",
        "02-12-2026 en 03-12-2026",
        "02-12-2026 - 03-12-2026",
        "02/12/2026-03/12/2026",
        "06 12 2026 en 07 12 2026",
        "003 200 000 euro",
        "3 tot 6 12 uur",
        "0800-1234",
    ],
)
def test_other_numbers_are_no_contact_details(text: str) -> None:
    refuse_contact(text)
    refuse_contact(f"Wij deden mee ({text}).")
