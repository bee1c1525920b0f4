"""The mail log, for staff: to whom, which kind, when, how it ended and what the mail server said; never a body."""

from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_POST, require_safe

from digests.acts import ACTS, act, acts_for
from digests.gauges import Gauges
from digests.models import Mail, MailQuerySet
from initiate.once import View
from initiate.requests import PersonRequest
from regions.filters import FilterQuery
from regions.models.standing import standing_of

PER_PAGE = 50

OWN_WORDS = (
    gettext_noop("answered, or asked no longer"),
    gettext_noop("not for this member to see"),
    gettext_noop("the question has no use any more"),
    gettext_noop("confirmed before, or too late"),
    gettext_noop("no longer so, or the address is gone"),
    gettext_noop("the address is gone, or has been confirmed"),
    gettext_noop("the address gives our mail back"),
    gettext_noop("the invitation has no use any more"),
    gettext_noop("no longer a member, or nothing to say"),
    gettext_noop("the file is gone, or not for this person any more"),
    gettext_noop("not a member, not wanted, or not to be seen any more"),
    gettext_noop("no longer wanted, or it can not be read"),
    gettext_noop("not wanted any more"),
    gettext_noop("no confirmed address"),
    gettext_noop("nobody to tell"),
    gettext_noop("a later mail tells it"),
    gettext_noop("the sender was lost before the answer came"),
    gettext_noop("released"),
    gettext_noop("cancelled by staff"),
    gettext_noop("found by staff in the log of the mail server"),
)
"""What stands in `reply` where no mail server speaks: kept in English, shown in the language of the page."""


class LogQuery(FilterQuery):
    """The filters of the log; `voor` is the mail after which the page begins."""

    staat = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=lambda: [("", _("All states")), *Mail.State.choices],
        required=False,
    )
    soort = forms.ChoiceField(
        label=gettext_lazy("Kind of mail"),
        choices=lambda: [("", _("All kinds")), *Mail.Kind.choices],
        required=False,
    )
    adres = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("The address, or how it begins: three characters or more."),
        min_length=3,
        max_length=254,
        required=False,
    )
    voor = forms.IntegerField(label=gettext_lazy("Page"), min_value=1, max_value=2**63 - 1, required=False)

    @property
    def asked(self) -> dict[str, str]:
        return {name: value for name, value in super().asked.items() if name != "voor"}

    def filtered(self, mails: MailQuerySet) -> MailQuerySet:
        wanted = {"state": "staat", "kind": "soort", "pk__lt": "voor"}
        found = mails.filter(
            **{field: self.cleaned_data[name] for field, name in wanted.items() if self.cleaned_data[name]}
        )
        start = self.cleaned_data["adres"]
        return found.to_addresses(start) if start else found


class ActForm(forms.Form):
    act = forms.ChoiceField(choices=[(one.name, one.label) for one in ACTS])


def for_staff(view: View) -> View:
    """For everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not standing_of(request.user).is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@login_required
@for_staff
def log(request: PersonRequest) -> HttpResponse:
    """Show the mails, the latest first; a page begins after a mail, so the hundredth costs what the first does."""
    query = LogQuery.read(request.GET)
    found = list(query.filtered(Mail.objects.for_list())[: PER_PAGE + 1])
    page = {
        "query": query,
        "mails": found[:PER_PAGE],
        "last": found[PER_PAGE - 1].pk if len(found) > PER_PAGE else 0,
        "now": Gauges.read(),
    }
    return render(request, "digests/log.html", page)


@require_safe
@login_required
@for_staff
def log_mail(request: PersonRequest, pk: int) -> HttpResponse:
    return _shown(request, _fetch(pk))


@require_POST
@login_required
@for_staff
def log_decide(request: PersonRequest, pk: int) -> HttpResponse:
    """Do with a mail what staff chose."""
    mail, form = _fetch(pk), ActForm(request.POST)
    if not form.is_valid():
        return _shown(request, mail, status=422)
    if act(mail, form.cleaned_data["act"], by=request.user):
        messages.success(request, _("Done. This is how the mail stands now."))
    else:
        messages.info(request, _("The mail changed in the meantime, so nothing was done. This is how it stands now."))
    return redirect("digests:log_mail", mail.pk)


def _fetch(pk: int) -> Mail:
    return get_object_or_404(Mail.objects.for_list(), pk=pk)


def _shown(request: PersonRequest, mail: Mail, *, status: int = 200) -> HttpResponse:
    page = {"mail": mail, "acts": acts_for(mail), "is_refused_act": status != 200}
    return render(request, "digests/log_mail.html", page, status=status)
