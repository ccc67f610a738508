"""The firm's own profile, 企业画像, its score, its records, and how to dispute a fact."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from xinyidai.catalogue.kinds import KINDS
from xinyidai.catalogue.objections import OBJECTIONS
from xinyidai.credit_records import service as credit_records
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import Role
from xinyidai.kernel.db import transactional
from xinyidai.objections import service as objections
from xinyidai.profiles import service as profiles
from xinyidai.scoring import service as scoring
from xinyidai.web import portrait_view
from xinyidai.web.enterprise import dispute_view, record_view
from xinyidai.web.enterprise import profile_parts as parts
from xinyidai.web.enterprise import profile_view as view
from xinyidai.web.enterprise.base import SEE_OTHER, actor, blueprint, firm_id
from xinyidai.web.enterprise.queries import get_firm
from xinyidai.web.rights_words import UNITS

LONGEST_NUMBER = 6


@blueprint.get("/profile")
@allow(Role.ENTERPRISE_USER)
def profile() -> ResponseReturnValue:
    """Show grade, tags and how complete the data are; where there is nothing yet, offer to build.

    Indicators, timeline, relations and gaps have pages of their own, see `profile_parts`.
    """
    found = profiles.find_own_profile(actor(), firm_id())
    marks = objections.marks_of(firm_id())
    return render_template(
        "enterprise/profile.html",
        firm=get_firm(firm_id()),
        profile=found,
        grade=view.find_grade(firm_id()),
        tabs=parts.tabs_of(".profile"),
        tags=portrait_view.tag_rows(found.tags, parts.tag_link) if found else [],
        meters=parts.meters_of(found),
        marked=portrait_view.mark_words(marks.kinds, len(marks.keys)),
    )


@blueprint.post("/profile/refresh")
@allow(Role.ENTERPRISE_USER)
@transactional
def profile_refresh() -> ResponseReturnValue:
    """Bring profile and score up to the firm's present facts."""
    scored = scoring.refresh_firm(firm_id())
    profiles.refresh_profile(firm_id())
    if scored is None:
        flash("画像已更新。平台还没有启用评分模型，暂时没有信用等级。", "todo")
    else:
        flash("画像和信用等级已按今天的数据更新。", "ok")
    return redirect(url_for(".profile"), SEE_OTHER)


@blueprint.post("/records")
@allow(Role.ENTERPRISE_USER)
@transactional
def records() -> ResponseReturnValue:
    """Show the records the platform holds about the firm; the look is logged, hence a POST.

    `kinds` keeps to those that an indicator or an item rests on; `page` leafs through what one page
    cannot bear.
    """
    kinds = [code for code in request.form.get("kinds", "").split(",") if code in KINDS]
    size, number = record_view.PAGE_SIZE, _page_number()
    page = credit_records.read_own_page(
        actor(), firm_id(), kinds=kinds or None, limit=size, offset=(number - 1) * size
    )
    return render_template(
        "enterprise/records.html",
        groups=record_view.groups_of(firm_id(), page.facts, is_whole=page.total <= size),
        is_narrowed=bool(kinds),
        kinds=",".join(kinds),
        number=number,
        total=page.total,
        pages=max(1, -(-page.total // size)),
    )


def _page_number() -> int:
    """Return the page asked for by the form; what is no small number is the first."""
    said = request.form.get("page", "")
    is_number = said.isascii() and said.isdigit() and len(said) <= LONGEST_NUMBER
    return max(1, int(said)) if is_number else 1


@blueprint.get("/dispute")
@allow(Role.ENTERPRISE_USER)
def dispute() -> ResponseReturnValue:
    """Say who keeps what is named in the address, and how it is put right."""
    return render_template(
        "enterprise/dispute.html",
        disputed=dispute_view.disputed(actor(), request.args),
        term=OBJECTIONS.term.days,
        unit=UNITS[OBJECTIONS.term.unit],
    )
