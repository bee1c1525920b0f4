"""How a text will look, asked while someone writes it: made by the renderer of the real text, and kept nowhere."""

from allauth.core.ratelimit import consume
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from regions.forms import PreviewForm
from regions.text import rendered


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Answer with a part of a page; 401 without a session, so that nothing is kept for after a sign-in."""
    if not request.user.is_authenticated:
        return HttpResponse(_("Your session has ended. Copy your text, and sign in again."), status=401)
    if not consume(request, action="preview"):
        return HttpResponse(_("You asked this very often. Wait a minute and try again."), status=429)
    form = PreviewForm(request.POST)
    html = rendered(form.cleaned_data["text"]) if form.is_valid() else ""
    return render(request, "regions/_preview.html", {"form": form, "html": html}, status=422 if form.errors else 200)
