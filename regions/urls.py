"""Paths of the regions, and of what is the same for every kind of contribution (`stuk`)."""

from django.urls import path

from regions.views import appeal, attachment, comment, directory, follow, invitation, membership, moderation, region

app_name = "regions"
urlpatterns = [
    path("regios/", region.regions, name="list"),
    path("regios/vragen/", region.wish, name="wish"),
    path("regios/<slug:slug>/", region.region, name="detail"),
    path("regios/<slug:slug>/leden/", directory.members, name="members"),
    path("regios/<slug:slug>/leden/organisaties/", directory.organisations, name="organisations"),
    path("regios/<slug:slug>/leden/aanmelden/", membership.join, name="join"),
    path("regios/<slug:slug>/leden/afmelden/", membership.leave, name="leave"),
    path("regios/<slug:slug>/leden/uitnodigen/", invitation.invite, name="invite"),
    path("regios/<slug:slug>/uitnodigingen/<int:pk>/opnieuw/", invitation.invitation_again, name="invitation_again"),
    path(
        "regios/<slug:slug>/uitnodigingen/<int:pk>/intrekken/",
        invitation.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("uitnodiging/<str:token>/", invitation.invitation, name="invitation"),
    path("regios/<slug:slug>/leden/<int:pk>/schorsen/", membership.suspend, name="suspend"),
    path("regios/<slug:slug>/leden/<int:pk>/toelaten/", membership.readmit, name="readmit"),
    path("regios/<slug:slug>/leden/<int:pk>/besluit/", membership.decide, name="decide"),
    path("regios/<slug:slug>/moderatie/", moderation.desk, name="desk"),
    path("regios/<slug:slug>/moderatie/logboek/", moderation.log, name="log"),
    path("mijn/moderatie/", moderation.own_desk, name="own_desk"),
    path("regios/<slug:slug>/moderatie/toelaten/", membership.joining, name="joining"),
    path("stuk/<int:pk>/reacties/", comment.comment, name="comment"),
    path("stuk/<int:pk>/reacties/sluiten/", moderation.close_comments, name="close_comments"),
    path("stuk/<int:pk>/reacties/openen/", moderation.open_comments, name="open_comments"),
    path("stuk/<int:pk>/volgen/", follow.follow, name="follow"),
    path("stuk/<int:pk>/signaal/", moderation.report, name="report"),
    path("stuk/<int:pk>/verbergen/", moderation.hide, name="hide"),
    path("stuk/<int:pk>/goedkeuren/", moderation.approve, name="approve"),
    path("stuk/<int:pk>/terugzetten/", moderation.restore, name="restore"),
    path("stuk/<int:pk>/bestanden/", attachment.attach, name="attach"),
    path("reacties/<int:pk>/", comment.place, name="comment_place"),
    path("reacties/<int:pk>/bewerken/", comment.edit, name="comment_edit"),
    path("reacties/<int:pk>/verwijderen/", comment.delete, name="comment_delete"),
    path("reacties/<int:pk>/verbergen/", moderation.hide_comment, name="comment_hide"),
    path("reacties/<int:pk>/terugzetten/", moderation.restore_comment, name="comment_restore"),
    path("signalen/<int:pk>/sluiten/", moderation.close_report, name="report_close"),
    path("besluiten/<int:pk>/herbeoordeling/", appeal.appeal, name="appeal"),
    path("herbeoordelingen/<int:pk>/", appeal.appeal_decide, name="appeal_decide"),
    path("bestanden/<int:pk>/", attachment.attachment, name="attachment"),
    path("bestanden/<int:pk>/verwijderen/", attachment.remove, name="attachment_remove"),
]
