"""The paths of the challenges room. Each section below belongs to one module in `challenges/views/`."""

from django.urls import path

from challenges.views import detail, listing

app_name = "challenges"

ONE = "challenges/<int:pk>-<slug:slug>/"

urlpatterns = [
    # the list, posting and editing
    path("challenges/", listing.challenges, name="list"),
    # one challenge
    path(ONE, detail.challenge, name="detail"),
    # stages
    # versions
    # prototypes and test rounds
    # help that is offered (views/offers.py)
    # the team (views/team.py)
    # feedback of the InnovatieKabinet (views/cabinet.py, views/review.py)
]
