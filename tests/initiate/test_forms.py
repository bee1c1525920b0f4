import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.conf import settings

from initiate.forms import MarkdownArea


class Question(forms.Form):
    title = forms.CharField(min_length=10, help_text="Short and concrete")
    text = forms.CharField(widget=forms.Textarea, required=False)
    region = forms.ChoiceField(choices=[("u", "Utrecht")])
    seeks = forms.MultipleChoiceField(
        choices=[("m", "Money"), ("e", "Expertise")], widget=forms.CheckboxSelectMultiple, required=False
    )
    agree = forms.BooleanField()
    own = forms.CharField(widget=forms.TextInput(attrs={"class": "vTextField"}))
    hidden = forms.CharField(widget=forms.HiddenInput)


@pytest.fixture
def refused() -> Question:
    form = Question({"title": "Debts", "region": "u"})
    form.is_valid()
    return form


def test_field_ties_description_and_error_to_its_input(refused: Question) -> None:
    html = refused["title"].as_field_group()
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.count('id="id_title_helptext"') == html.count('id="id_title_error"') == 1


def test_fields_get_the_class_of_their_kind() -> None:
    form = Question()
    classes = {field.name: _class_of(str(field)) for field in form}
    assert classes == {
        "title": "utrecht-textbox utrecht-textbox--html-input",
        "text": "utrecht-textarea utrecht-textarea--html-textarea",
        "region": "utrecht-select utrecht-select--html-select",
        "seeks": "utrecht-checkbox utrecht-checkbox--html-input",
        "agree": "utrecht-checkbox utrecht-checkbox--html-input",
        "own": "vTextField",
        "hidden": "",
    }


def test_markdown_area_is_tied_to_its_hint() -> None:
    class Story(forms.Form):
        words = forms.CharField(widget=MarkdownArea, help_text="What happened")

    html = Story()["words"].as_field_group()
    assert 'aria-describedby="id_words_helptext id_words_schrijfhulp"' in html
    assert html.count('id="id_words_schrijfhulp"') == 1
    assert html.index("<textarea") < html.index("<template>") < html.index('role="toolbar"')


def test_options_stand_in_a_group_with_a_legend(refused: Question) -> None:
    html = refused["seeks"].as_field_group()
    assert html.count("<fieldset") == html.count("<legend") == 1
    assert 'id="id_seeks"' in html
    assert re.findall(r'for="(\w+)"', html) == ["id_seeks_0", "id_seeks_1"]


def test_form_marks_only_what_is_optional(refused: Question) -> None:
    marked = [field.name for field in refused if "initiate-optional" in field.as_field_group()]
    assert marked == ["text", "seeks"]


def test_every_icon_in_a_template_is_in_the_sprite() -> None:
    frontend = Path(settings.BASE_DIR) / "frontend"
    known = set((frontend / "icons.txt").read_text().split())
    used: set[str] = set()
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        used.update(re.findall(r'"_icon\.html" with name="([\w-]+)"', template.read_text()))
    assert used - known == set()


def _class_of(html: Any) -> str:
    found = re.search(r'class="([^"]*)"', html)
    return found[1] if found else ""
