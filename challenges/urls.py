"""The paths of the challenges room. Each section below belongs to one module in `challenges/views/`."""

from django.urls import path

from challenges.views import (
    asking,
    backing,
    cabinet,
    claim,
    detail,
    doors,
    figures,
    intake,
    listing,
    moves,
    offers,
    planning,
    points,
    post,
    prototypes,
    remarks,
    review,
    seat,
    session,
    team,
    versions,
)

app_name = "challenges"

ONE = "challenges/<int:pk>-<slug:slug>/"
SESSION = "bijeenkomsten/<int:pk>-<slug:slug>/"

urlpatterns = [
    # the list, posting and editing
    path("challenges/", listing.challenges, name="list"),
    path("challenges/atom/", listing.feed, name="list_feed"),
    path("challenges/csv/", listing.table, name="list_csv"),
    path("challenges/nieuw/", post.new, name="new"),
    path("challenges/nieuw/concept/", post.draft, name="draft"),
    path("challenges/nieuw/concept/weggooien/", post.drop, name="draft_drop"),
    path(f"{ONE}bewerken/", post.edit, name="edit"),
    path(f"{ONE}bewerken/concept/", post.draft, name="draft"),
    path(f"{ONE}bewerken/concept/weggooien/", post.drop, name="draft_drop"),
    path(f"{ONE}publiceren/", post.publish, name="publish"),
    path(f"{ONE}weggooien/", post.discard, name="discard"),
    path(f"{ONE}indelen/", post.file, name="file"),
    # from a file, by a moderator
    path("regios/<slug:slug>/challenges/inlezen/", intake.intake, name="intake"),
    path("regios/<slug:slug>/challenges/inlezen/voorbeeld/", intake.example, name="intake_example"),
    # one challenge, and the versions of its text
    path(ONE, detail.challenge, name="detail"),
    path(f"{ONE}versies/", versions.versions, name="versions"),
    # stages
    path(f"{ONE}stappen/loopt-nog/", moves.go_on, name="go_on"),
    path(f"{ONE}stappen/laten-staan/", moves.let_be, name="let_be"),
    path(f"{ONE}stappen/<slug:name>/", moves.move, name="move"),
    # prototypes and test rounds
    path(f"{ONE}prototypes/nieuw/", prototypes.prototype_new, name="prototype_new"),
    path(f"{ONE}prototypes/<int:number>/bewerken/", prototypes.prototype_edit, name="prototype_edit"),
    path(f"{ONE}prototypes/<int:number>/testrondes/nieuw/", prototypes.round_new, name="round_new"),
    path(f"{ONE}testrondes/<int:test>/bewerken/", prototypes.round_edit, name="round_edit"),
    # help that is offered
    path(f"{ONE}aanbod/", offers.offers, name="offers"),
    path(f"{ONE}aanbod/nieuw/", offers.offer_new, name="offer_new"),
    path(f"{ONE}aanbod/<int:offer_pk>/antwoord/", offers.offer_settle, name="offer_settle"),
    path(f"{ONE}aanbod/<int:offer_pk>/afloop/", offers.offer_close, name="offer_close"),
    path(f"{ONE}aanbod/<int:offer_pk>/intrekken/", offers.offer_withdraw, name="offer_withdraw"),
    path("deuren/", doors.doors, name="doors"),
    # the backing of a board, confirmed by who decides
    path(f"{ONE}aanbod/<int:offer_pk>/bevestiging/", backing.ask, name="backing_ask"),
    path("steun/<str:token>/", backing.backing, name="backing"),
    # posted on behalf of someone
    path("namens/<str:token>/", claim.claim, name="claim"),
    path(f"{ONE}namens/", claim.ask, name="claim_ask"),
    path(f"{ONE}namens/opnieuw/", claim.again, name="claim_again"),
    path(f"{ONE}namens/intrekken/", claim.withdraw, name="claim_withdraw"),
    # the team
    path(f"{ONE}team/", team.team, name="team"),
    path(f"{ONE}team/<int:person_pk>/overdragen/", team.hand_over, name="hand_over"),
    path(f"{ONE}team/<int:person_pk>/weg/", team.leave, name="team_leave"),
    # figures
    path("cijfers/", figures.figures, name="figures"),
    path("cijfers/cijfers.csv", figures.figures_csv, name="figures_csv"),
    path("cijfers/cijfers.ods", figures.figures_ods, name="figures_ods"),
    path("regios/<slug:slug>/cijfers/", figures.figures, name="figures_of"),
    path("regios/<slug:slug>/cijfers/cijfers.csv", figures.figures_csv, name="figures_of_csv"),
    path("regios/<slug:slug>/cijfers/cijfers.ods", figures.figures_ods, name="figures_of_ods"),
    path("kabinet/cijfers/", figures.cabinet_figures, name="cabinet_figures"),
    path("kabinet/cijfers/cijfers.csv", figures.cabinet_figures_csv, name="cabinet_figures_csv"),
    path("kabinet/cijfers/cijfers.ods", figures.cabinet_figures_ods, name="cabinet_figures_ods"),
    # sessions of the InnovatieKabinet
    path(f"{ONE}dossier/", session.dossier, name="dossier"),
    path(f"{SESSION}dossiers/", session.dossiers, name="dossiers"),
    path(f"{SESSION}pitches/<int:item_pk>/opvolging/", session.pitch, name="pitch"),
    # feedback of the InnovatieKabinet
    path("kabinet/", cabinet.cabinet, name="cabinet"),
    path("kabinet/over/", cabinet.about, name="cabinet_about"),
    path("kabinet/volgende/", cabinet.following, name="cabinet_next"),
    path("kabinet/afspraken/", seat.agree, name="agree"),
    path("kabinet/zetel/", seat.seat, name="seat"),
    path("kabinet/leden/<int:pk>/portret/", seat.portrait, name="portrait"),
    path("kabinet/planning/", planning.planning, name="planning"),
    path("kabinet/planning/<int:pk>/", planning.plan, name="plan"),
    path("kabinet/planning/<int:pk>/datum/", planning.plan_due, name="plan_due"),
    path("kabinet/planning/<int:pk>/<int:person_pk>/herinneren/", planning.plan_remind, name="plan_remind"),
    path("kabinet/planning/<int:pk>/<int:person_pk>/intrekken/", planning.plan_withdraw, name="plan_withdraw"),
    path(f"{ONE}feedback/", review.feedback, name="feedback"),
    path(f"{ONE}feedback/vragen/", asking.ask_review, name="ask_review"),
    path(f"{ONE}feedback/vragen/sluiten/", asking.ask_end, name="ask_end"),
    path(f"{ONE}feedback/overlaten/", asking.recuse, name="recuse"),
    path(f"{ONE}feedback/geven/", review.review, name="review"),
    path(f"{ONE}feedback/geven/concept/", review.review_draft, name="review_draft"),
    path(f"{ONE}feedback/geven/concept/weggooien/", review.review_drop, name="review_drop"),
    path(f"{ONE}feedback/punten/<int:point_pk>/", points.point, name="point"),
    path(f"{ONE}feedback/punten/<int:point_pk>/verder/", points.follow_up, name="follow_up"),
    path(f"{ONE}feedback/<int:review_pk>/verbeteren/", points.correct, name="correct"),
    path(f"{ONE}feedback/<int:review_pk>/reacties/", remarks.remarks, name="remarks"),
    path(f"{ONE}feedback/reacties/<int:remark_pk>/weg/", remarks.remark_delete, name="remark_delete"),
    path(f"{ONE}feedback/terugkoppeling/", review.reflect, name="reflect"),
]
