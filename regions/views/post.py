"""Posts of a region: the list, writing one, its page, and which answer helped."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from digests.mailing import recipients
from digests.reading import read_on_page
from initiate.once import once
from initiate.requests import PersonRequest
from regions import drafts, rules
from regions.answers import answer_section
from regions.errors import AlreadyDone, EditConflict, TooOften
from regions.forms import PageQuery, SmallForm
from regions.gate import allow, fetch
from regions.models import Post, Region, Sort, State
from regions.models.post import was_mailed_today
from regions.models.standing import Reader
from regions.paging import piece_of
from regions.post_forms import MarkForm, PostForm, PostsQuery, SortQuery
from regions.sections import attachments_section, comments_section, follow_section, moderation_section

PUBLISHED = {
    Sort.QUESTION: gettext_lazy("Your question is posted. You get a notice when someone answers."),
    Sort.ANNOUNCEMENT: gettext_lazy("Your announcement is posted."),
}
HELD_BACK = gettext_lazy(
    "Your question is with the moderators: they look first at what a new member posts. You get a notice."
)
BEFORE = gettext_lazy("This was published before.")


# --- reading ------------------------------------------------------------------------------------------------


@require_safe
def posts(request: HttpRequest, slug: str) -> HttpResponse:
    region = get_object_or_404(Region, slug=slug)
    query = PostsQuery.read(request.GET)
    found = Post.objects.visible_to(request.user).readable().filter(region=region).for_list()
    if query.cleaned_data["soort"]:
        found = found.filter(sort=query.cleaned_data["soort"])
    if query.cleaned_data["open"]:
        found = found.unanswered()
    words = {
        "region": region,
        "query": query,
        "piece": piece_of(found, query.page),
        "may_post": rules.can_post_in(request.user, region),
    }
    return render(request, "regions/posts.html", words)


@require_safe
def post(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    found = fetch(Post.objects.for_detail(), request.user, pk)
    if slug != found.slug:
        return redirect(found)
    read_on_page(request, found)
    query = PageQuery.read(request.GET)
    context = {"post": found, "owners": found.owners, **around(request.user, found, query.page)}
    return render(request, "regions/post.html", context)


def around(person: Reader, post: Post, page: int) -> dict[str, Any]:
    """What this reader may do, and what stands around the text."""
    comments = comments_section(person, post, page)
    return {
        "can_edit": rules.can_edit(person, post),
        **comments,
        **answer_section(person, post, comments["comments"]["page"]),
        **attachments_section(person, post),
        **follow_section(person, post),
        **moderation_section(person, post),
    }


# --- writing ------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@once
def new(request: PersonRequest, slug: str) -> HttpResponse:
    """First what it is going to be, where someone has a choice; then the form."""
    region, sort = _place(request, slug)
    if not sort:
        return render(request, "regions/post_sort.html", {"region": region})
    place = _new_place(region, sort)
    if request.method != "POST":
        form = PostForm(sort=sort, draft=drafts.kept(request.user, place))
        return render(request, "regions/post_new.html", {"region": region, "sort": sort, "form": form})
    form = PostForm(request.POST, sort=sort, publishing=wants_to_publish(request))
    if not form.is_valid():
        return render(request, "regions/post_new.html", {"region": region, "sort": sort, "form": form}, status=422)
    reach = {name: form.cleaned_data[name] for name in ("visibility", "themes")}
    made = Post.objects.post(by=request.user, region=region, sort=sort, text=form.text, **reach)
    drafts.drop(request.user, place, form)
    return _go_on(request, made, form)


def _place(request: PersonRequest, slug: str) -> tuple[Region, str]:
    """Return where it is written, and what: "" where someone who may choose did not yet.

    Raises PermissionDenied for who may not write that here.
    """
    region = get_object_or_404(Region, slug=slug)
    allow(request.user, region, rules.can_post_in)
    may_choose = rules.can_announce_in(request.user, region)
    sort = SortQuery.read(request.GET).cleaned_data["soort"] or ("" if may_choose else Sort.QUESTION.value)
    if sort == Sort.ANNOUNCEMENT:
        allow(request.user, region, rules.can_announce_in)
    return region, sort


def _new_place(region: Region, sort: str) -> str:
    return f"post/new/{region.pk}/{sort}"


def wants_to_publish(request: PersonRequest) -> bool:
    return request.POST.get("action") == "publish"


def _go_on(request: PersonRequest, post: Post, form: PostForm) -> HttpResponseRedirect:
    """Leave a draft a draft, or publish it; what goes to all members is asked about once more."""
    if not wants_to_publish(request):
        messages.success(request, _("Your draft is saved. Only you can read it."))
        return redirect(post)
    if form.goes_to_all:
        return redirect("regions:post_mail", post.pk, post.slug)
    try:
        is_public = post.publish(request.user)
    except AlreadyDone:
        messages.info(request, BEFORE)
    else:
        messages.success(request, PUBLISHED[Sort(post.sort)] if is_public else HELD_BACK)
    return redirect(post)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    post = fetch(Post.objects.for_detail(), request.user, pk, may=rules.can_edit)
    if request.method != "POST":
        form = PostForm(sort=post.sort, post=post, draft=drafts.kept(request.user, _place_of(post)))
        return _edit_page(request, post, form)
    is_draft = post.state == State.DRAFT
    if is_draft and wants_to_publish(request):
        allow(request.user, post, rules.can_publish_post)
    publishing = wants_to_publish(request) or not is_draft
    form = PostForm(request.POST, sort=post.sort, post=post, publishing=publishing)
    return _save(request, post, form) if form.is_valid() else _edit_page(request, post, form, status=422)


def _edit_page(request: PersonRequest, post: Post, form: PostForm, status: int = 200, **context: Any) -> HttpResponse:
    may = {"is_draft": post.state == State.DRAFT, "can_publish": rules.can_publish_post(request.user, post)}
    context["small"] = SmallForm(request.POST or None)
    return render(request, "regions/post_edit.html", {"post": post, "form": form, **may, **context}, status=status)


def _place_of(post: Post) -> str:
    return f"post/{post.pk}"


def _save(request: PersonRequest, post: Post, form: PostForm) -> HttpResponse:
    reach, small = form.cleaned_data["visibility"], SmallForm(request.POST).is_small
    seen = form.cleaned_data["version"] or 0
    try:
        is_edited = post.edit(by=request.user, seen=seen, text=form.text, small=small, visibility=reach)
    except EditConflict:
        return _conflict(request, post)
    is_changed = post.file_under(by=request.user, themes=form.cleaned_data["themes"]) or is_edited
    drafts.drop(request.user, _place_of(post), form)
    now = Post.objects.get(pk=post.pk)
    if now.state == State.DRAFT:
        return _go_on(request, now, form)
    messages.success(request, _("Your changes are saved.") if is_changed else _("Nothing was changed."))
    return redirect(now)


def _conflict(request: PersonRequest, post: Post) -> HttpResponse:
    """Show the newer text, and put the person's own back in the form, now over the newer version."""
    now = fetch(Post.objects.for_detail(), request.user, post.pk)
    data = request.POST.copy()
    data["version"] = str(now.version)
    form = PostForm(data, sort=now.sort, post=now)
    newer = [(form[name].label, words) for name, words in now.text.items()]
    return _edit_page(request, now, form, status=409, newer=newer)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def discard(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    post = fetch(Post.objects.select_related("region"), request.user, pk, may=rules.can_edit)
    if request.method != "POST":
        return render(request, "regions/post_discard.html", {"post": post})
    try:
        post.discard(request.user)
    except AlreadyDone:
        messages.warning(request, _("This is published, so it can no longer be thrown away."))
        return redirect(post)
    messages.success(request, _("The draft is thrown away."))
    return redirect("regions:posts", post.region.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mail(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Say how many people get it, and then publish and mail it."""
    post = fetch(Post.objects.for_detail(), request.user, pk, may=rules.can_edit)
    if post.state != State.DRAFT:
        messages.info(request, BEFORE)
        return redirect(post)
    allow(request.user, post, rules.can_mail_to_all)
    if not post.words:
        messages.warning(request, _("Write the text first."))
        return redirect("regions:post_edit", post.pk, post.slug)
    if request.method == "POST":
        return _mail(request, post)
    is_too_often = was_mailed_today(post.region) and not request.user.is_staff
    words = {"post": post, "number": recipients(post.region).count(), "is_too_often": is_too_often}
    return render(request, "regions/post_mail.html", words)


def _mail(request: PersonRequest, post: Post) -> HttpResponseRedirect:
    try:
        post.publish_to_all(request.user)
    except TooOften:
        messages.warning(request, _("Today an announcement was mailed to all members already. Nothing was sent now."))
        return redirect("regions:post_mail", post.pk, post.slug)
    except AlreadyDone:
        messages.info(request, BEFORE)
    else:
        messages.success(request, _("Your announcement is posted. The mails leave within a few minutes."))
    return redirect(post)


# --- what someone is still writing --------------------------------------------------------------------------


@require_POST
@login_required
def draft_new(request: PersonRequest, slug: str) -> HttpResponse:
    region, sort = _place(request, slug)
    sort = sort or Sort.QUESTION.value
    form, place = PostForm(request.POST, sort=sort), _new_place(region, sort)
    other = drafts.kept(request.user, place) if drafts.COMPARE in request.POST else None
    if other is None:
        return drafts.keep(form, place, by=request.user)
    mine, theirs = drafts.both(form, other)
    page = {"region": region, "sort": sort, "form": PostForm(sort=sort, draft=mine), "theirs": theirs}
    return render(request, "regions/post_new.html", page, status=409)


@require_POST
@login_required
def draft_new_drop(request: PersonRequest, slug: str) -> HttpResponse:
    region, sort = _place(request, slug)
    drafts.drop(request.user, _new_place(region, sort))
    messages.success(request, _("The unsaved text is thrown away."))
    return redirect("regions:posts", region.slug)


@require_POST
@login_required
def draft(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    post = fetch(Post.objects.for_detail(), request.user, pk, may=rules.can_edit)
    form, place = PostForm(request.POST, sort=post.sort), _place_of(post)
    other = drafts.kept(request.user, place) if drafts.COMPARE in request.POST else None
    if other is None:
        return drafts.keep(form, place, by=request.user, contribution=post)
    mine, theirs = drafts.both(form, other)
    return _edit_page(request, post, PostForm(sort=post.sort, post=post, draft=mine), status=409, theirs=theirs)


@require_POST
@login_required
def draft_drop(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    post = fetch(Post.objects.all(), request.user, pk, may=rules.can_edit)
    drafts.drop(request.user, _place_of(post))
    messages.success(request, _("The unsaved text is thrown away."))
    return redirect("regions:post_edit", post.pk, post.slug)


# --- which answer helped ------------------------------------------------------------------------------------


@require_POST
@login_required
def answer(request: PersonRequest, pk: int, slug: str) -> HttpResponse:
    """Say which answer helped, or that none did."""
    post = fetch(Post.objects.all(), request.user, pk, may=rules.can_mark_answer)
    form = MarkForm(request.POST, post=post)
    try:
        if not form.is_valid():
            raise AlreadyDone("gone")
        post.mark(form.cleaned_data["reactie"], by=request.user, seen=form.cleaned_data["seen"])
    except AlreadyDone:
        messages.warning(request, _("This changed in the meantime. Look at how it stands now."))
    else:
        is_marked = form.cleaned_data["reactie"] is not None
        messages.success(request, _("Thank you. Its writer hears it.") if is_marked else _("That is taken back."))
    return redirect(post)
