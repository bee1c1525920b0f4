"""The paths of a person's own things, and of people."""

from django.urls import path

from accounts import first_visit, views

app_name = "accounts"

urlpatterns = [
    path("mijn/", views.home, name="home"),
    path("welkom/", first_visit.welcome, name="welcome"),
    path("welkom/<slug:step>/overslaan/", first_visit.skip, name="welcome_skip"),
    path("welkom/regio/", first_visit.region, name="welcome_region"),
    path("welkom/regio/<slug:slug>/", first_visit.join, name="welcome_join"),
    path("welkom/themas/", first_visit.themes, name="welcome_themes"),
    path("welkom/mail/", first_visit.mail, name="welcome_mail"),
    path("mijn/gegevens/", views.profile, name="profile"),
    path("mijn/voorkeuren/", views.preferences, name="preferences"),
    path("mijn/organisaties/", views.affiliations, name="affiliations"),
    path("mijn/organisaties/<int:pk>/besluit/", views.affiliation_decide, name="affiliation_decide"),
    path("mijn/organisaties/<int:pk>/beeindigen/", views.affiliation_end, name="affiliation_end"),
    path("mensen/<int:pk>/", views.person, name="person"),
]
