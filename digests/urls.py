"""The paths of the bell, the overview, leaving it, and the demo's mail."""

from django.urls import path

from digests import drawer, views

app_name = "digests"

urlpatterns = [
    path("mijn/meldingen/", views.notices, name="notices"),
    path("mijn/meldingen/gelezen/", views.read_all, name="read_all"),
    path("mijn/meldingen/<int:pk>/", views.open_notice, name="open"),
    path("mijn/overzicht/", views.overview, name="overview"),
    path("afmelden/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("stil/<str:token>/", views.quiet, name="quiet"),
    path("demo/mail/", drawer.mails, name="demo_mail"),
    path("demo/mail/<slug:name>/", drawer.mail, name="demo_mail_one"),
    path("demo/mail/<slug:name>/html/", drawer.html_part, name="demo_mail_html"),
]
