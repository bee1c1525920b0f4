"""The paths of a person's own things, and of people."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("mijn/", views.home, name="home"),
    path("mijn/welkom/", views.welcome, name="welcome"),
    path("mijn/welkom/regio/", views.welcome_regions, name="welcome_regions"),
    path("mijn/gegevens/", views.profile, name="profile"),
    path("mijn/voorkeuren/", views.preferences, name="preferences"),
    path("mijn/organisaties/", views.affiliations, name="affiliations"),
    path("mijn/organisaties/<int:pk>/besluit/", views.affiliation_decide, name="affiliation_decide"),
    path("mijn/organisaties/<int:pk>/beeindigen/", views.affiliation_end, name="affiliation_end"),
    path("mensen/<int:pk>/", views.person, name="person"),
]
