"""Following: new things on a contribution come to the bell and the overview mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from initiate.requests import PersonRequest
from regions.gate import fetch
from regions.models import Contribution
from regions.rules import can_follow


@require_POST
@login_required
def follow(request: PersonRequest, pk: int) -> HttpResponse:
    """`follow=1` begins, everything else ends it; once more changes nothing."""
    contribution = fetch(Contribution.objects.all(), request.user, pk, may=can_follow)
    if request.POST.get("follow") == "1":
        contribution.follow(request.user)
        messages.success(request, _("You follow this now."))
    else:
        contribution.unfollow(request.user)
        messages.success(request, _("You no longer follow this."))
    return redirect(contribution)
