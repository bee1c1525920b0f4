"""How every form of the site is drawn: fields of the design system, from `templates/forms/`."""

from typing import Any

from django.forms import BoundField
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import (
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    Input,
    MultiWidget,
    RadioSelect,
    Select,
    Textarea,
    Widget,
)

# The first kind that fits gives the classes, so a subclass stands before its parent.
CLASSES: tuple[tuple[type[Widget], str], ...] = (
    (CheckboxSelectMultiple, "utrecht-checkbox utrecht-checkbox--html-input"),
    (RadioSelect, "utrecht-radio-button utrecht-radio-button--html-input"),
    (CheckboxInput, "utrecht-checkbox utrecht-checkbox--html-input"),
    (Select, "utrecht-select utrecht-select--html-select"),
    (Textarea, "utrecht-textarea utrecht-textarea--html-textarea"),
    (FileInput, "initiate-file"),
    (MultiWidget, "utrecht-textbox utrecht-textbox--html-input"),
    (Input, "utrecht-textbox utrecht-textbox--html-input"),
)


class MarkdownArea(Textarea):
    """A text area for words that are shown as Markdown: with a hint, and with a toolbar and a preview by the script."""

    template_name = "forms/markdown.html"


class Field(BoundField):
    """A field that knows how it is drawn."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        # A browser would cut off what is pasted, without a word; the form says what is too long.
        widget.attrs.pop("maxlength", None)
        # A widget that brings its own class (those of the admin do) keeps it.
        if not widget.is_hidden and "class" not in widget.attrs:
            attrs["class"] = next((words for kind, words in CLASSES if isinstance(widget, kind)), "")
        return attrs

    @property
    def aria_describedby(self) -> str | None:
        described = super().aria_describedby
        if isinstance(self.field.widget, MarkdownArea) and self.id_for_label:
            return " ".join(filter(None, [described, f"{self.id_for_label}_schrijfhulp"]))
        return described

    @property
    def is_file(self) -> bool:
        """A file: with a place to drop it on, and progress while it is sent."""
        return isinstance(self.field.widget, FileInput)

    @property
    def has_options(self) -> bool:
        """Radio buttons or checkboxes: a group with a legend."""
        return isinstance(self.field.widget, RadioSelect)

    @property
    def is_checkbox(self) -> bool:
        """One checkbox, which stands before its label."""
        return isinstance(self.field.widget, CheckboxInput)


class Renderer(TemplatesSetting):
    """The value of FORM_RENDERER."""

    form_template_name = "forms/form.html"
    formset_template_name = "forms/formset.html"
    field_template_name = "forms/field.html"
    bound_field_class = Field
