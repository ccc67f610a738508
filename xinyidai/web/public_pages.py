"""Pages for anyone, 公开页面: home, products, whitelist, events, privacy, accessibility."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from flask import Blueprint, current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from xinyidai.accounts import queries as accounts
from xinyidai.accounts.models import Account
from xinyidai.catalogue.list_types import LIST_TYPES, get_list_type
from xinyidai.institutions import queries as institutions
from xinyidai.kernel import clock
from xinyidai.kernel.access import allow
from xinyidai.kernel.actor import BANK_ROLES, SYSTEM, Role
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.kernel.http import Page, page_args
from xinyidai.matchmaking_events import queries as event_queries
from xinyidai.matchmaking_events import service as events
from xinyidai.matchmaking_events.models import MatchmakingEvent
from xinyidai.products import queries as products
from xinyidai.products.models import ProductVersion
from xinyidai.products.queries import CatalogueFilter
from xinyidai.products.rules import read_member
from xinyidai.products.values import FIELDS, GuaranteeKind, ProductKind
from xinyidai.reporting import service as reporting
from xinyidai.reporting.values import FigureCode, Period
from xinyidai.web import commitment_pages, costs_view, verification, wording
from xinyidai.web.chrome import format_day, format_moment
from xinyidai.web.navigation import first_screen
from xinyidai.web.office import figures, product_view, queries
from xinyidai.web.office.applications import chosen_id
from xinyidai.web.office.base import Row, asked, chosen_state, options, pager_of
from xinyidai.web.office.events import event_facts
from xinyidai.whitelist import queries as whitelist
from xinyidai.whitelist.queries import PublicName

PUBLISHED = (
    FigureCode.REGISTERED_SHARE,
    FigureCode.GRANTED_COUNT,
    FigureCode.GRANTED_AMOUNT,
    FigureCode.DISBURSED_AMOUNT,
    FigureCode.FIRST_LOAN_RATE,
    FigureCode.CREDIT_LOAN_SHARE,
)
CARDS_A_PAGE = 12
NEWEST = 3
MOST_OF_A_ROLE = 3
OWN_PAGES = {
    Role.ENTERPRISE_USER: "/enterprise",
    Role.BANK_OFFICER: "/bank",
    Role.BANK_PRODUCT_MANAGER: "/bank",
}
FILTERS = ("q", "region", "kind", "guarantee", "institution")
LONGEST_PLACE = 20

FOOTER = (
    ("/products", "融资产品"),
    ("/calculator", "还款计算器"),
    ("/compare", "产品对比"),
    ("/whitelist", "白名单公示"),
    ("/lists", "名单公示"),
    ("/events", "对接会"),
    ("/commitments", "信用承诺公示"),
    ("/catalogue", "信用信息目录"),
    ("/verify", "授权核验"),
    ("/credit", "信用查询"),
    ("/verify/report", "查验报告"),
    ("/developers", "接口文档"),
    ("/privacy", "隐私说明"),
    ("/accessibility", "无障碍说明"),
)

blueprint = Blueprint("public", __name__)
blueprint.register_blueprint(verification.blueprint)
blueprint.register_blueprint(commitment_pages.blueprint)


@blueprint.app_context_processor
def footer() -> dict[str, list[dict[str, str]]]:
    """Give every page the links of its footer."""
    return {"footer_links": [{"url": url, "label": label} for url, label in FOOTER]}


@blueprint.get("/")
@allow(Role.PUBLIC)
def home() -> ResponseReturnValue:
    """Say what the platform does; who is signed in goes to the own first screen."""
    if g.actor.account_id is not None and first_screen(g.actor) != url_for("public.home"):
        return redirect(first_screen(g.actor))
    is_demo = current_app.extensions["xinyidai.settings"].is_demo
    coming, _ = events.list_events(g.actor, Page(1, NEWEST), ends_after=clock.now())
    return render_template(
        "public/home.html",
        figures=_figures(),
        products=products.count_catalogue(CatalogueFilter()),
        events=[_event_row(row.event, row.seats_left) for row in coming],
        accounts=_demo_accounts() if is_demo else [],
        password=current_app.config.get("DEMO_PASSWORD", "") if is_demo else "",
    )


@blueprint.get("/products")
@allow(Role.PUBLIC)
def product_list() -> ResponseReturnValue:
    """Show the product supermarket with its filter."""
    asked_page = page_args()
    page = Page(asked_page.number, CARDS_A_PAGE)
    place = _asked_place()
    wanted = CatalogueFilter(
        kind=chosen_state(ProductKind, "kind"),
        guarantee=chosen_state(GuaranteeKind, "guarantee"),
        institution_id=chosen_id("institution"),
        region_code=place.code,
        text=asked("q"),
    )
    versions = products.list_catalogue(wanted, limit=page.size, offset=page.offset)
    found = queries.institutions_of(versions)
    return render_template(
        "public/products.html",
        cards=[
            _card(version, found[version.product.institution_id].short_name) for version in versions
        ],
        pager=pager_of(page, products.count_catalogue(wanted)),
        chosen={name: asked(name) for name in FILTERS},
        place_fault=place.fault,
        kinds=options(wording.PRODUCT_KINDS),
        guarantees=options(wording.GUARANTEES),
        banks=options(
            {
                institution.id: institution.short_name
                for institution in institutions.list_institutions(active_only=True)
            }
        ),
    )


@dataclass(frozen=True)
class AskedPlace:
    """Where the firm is, as the filter says: a code, or why there is none."""

    code: str = ""
    fault: str = ""


def _asked_place() -> AskedPlace:
    text = asked("region")[:LONGEST_PLACE]
    if not text:
        return AskedPlace()
    try:
        return AskedPlace(read_member(FIELDS["region_code"], text))
    except InvalidInput as error:
        return AskedPlace(fault=error.message)


@blueprint.get("/products/<uuid:product_id>")
@allow(Role.PUBLIC)
def product(product_id: UUID) -> ResponseReturnValue:
    """Show the listed version of a product with its criteria in words."""
    version = products.find_listed_version(product_id)
    if version is None:
        raise NotFound(products.ABSENT)
    institution = institutions.get_institution(version.product.institution_id)
    return render_template(
        "public/product.html",
        version=version,
        institution=institution,
        terms=product_view.offer_rows(version),
        facts=product_view.public_rows(version, institution),
        criteria=product_view.criterion_rows(version, public=True),
        cost_case=costs_view.case_text(version.terms),
        way_in="" if g.actor.role in BANK_ROLES else _way_in(f"/products/{product_id}"),
    )


@blueprint.get("/whitelist")
@allow(Role.PUBLIC)
def whitelist_names() -> ResponseReturnValue:
    """Show the firms on the lists, and those under publicity."""
    list_type = asked("list_type") or None
    if list_type is not None:
        get_list_type(list_type)
    page = page_args()
    names, total = whitelist.public_names(page, list_type=list_type)
    return render_template(
        "public/whitelist.html",
        rows=[_name_row(name) for name in names],
        publicised=[_name_row(name) for name in whitelist.publicised_names(list_type=list_type)],
        types=options({code: kind.name for code, kind in LIST_TYPES.items()}),
        chosen=list_type or "",
        pager=pager_of(page, total),
    )


@blueprint.get("/events")
@allow(Role.PUBLIC)
def event_list() -> ResponseReturnValue:
    """Show the events to come, or all that were ever opened."""
    is_past = asked("when") == "all"
    page = page_args()
    rows, total = event_queries.calendar(page, ends_after=None if is_past else clock.now())
    return render_template(
        "public/events.html",
        rows=[_event_row(row.event, row.seats_left) for row in rows],
        is_past=is_past,
        labels=wording.EVENT_STATES,
        pager=pager_of(page, total),
    )


@blueprint.get("/events/<uuid:event_id>")
@allow(Role.PUBLIC)
def event(event_id: UUID) -> ResponseReturnValue:
    """Show one event that was opened."""
    found = events.read_event(g.actor, event_id)
    return render_template(
        "public/event.html",
        event=found,
        labels=wording.EVENT_STATES,
        facts=event_facts(found, event_queries.count_taken(event_id)),
        way_in=_way_in(f"/events/{event_id}"),
    )


@blueprint.get("/privacy")
@allow(Role.PUBLIC)
def privacy() -> ResponseReturnValue:
    """Say in plain words what is kept, who sees it, and how to stop it."""
    return render_template("public/privacy.html")


@blueprint.get("/accessibility")
@allow(Role.PUBLIC)
def accessibility() -> ResponseReturnValue:
    """Say how far the pages suit everyone, and where to turn when they do not."""
    return render_template("public/accessibility.html")


def _figures() -> list[Row]:
    """Return the published figures of the last year; sums only, so the system reads them."""
    today = clock.today()
    period = Period(today - timedelta(days=figures.DEFAULT_DAYS - 1), today)
    found = {figure.code: figure for figure in reporting.read_figures(SYSTEM, period)}
    return [
        {
            "label": found[code].name,
            **figures.figure_value(found[code]),
            "note": found[code].definition,
        }
        for code in PUBLISHED
    ]


def _demo_accounts() -> list[Row]:
    """Return a few accounts of each role to try the demo with."""
    shown: list[Account] = []
    for _, group in groupby(accounts.list_demo(), key=attrgetter("role")):
        found = list(group)
        # Logins in Chinese are meant for people; the crowd's are letters and digits.
        named = [account for account in found if not account.login.isascii()]
        shown.extend((named or found)[:MOST_OF_A_ROLE])
    return [
        {"login": account.login, "name": account.name, "role": wording.ROLES[account.role]}
        for account in shown
    ]


def _way_in(own: str) -> str:
    """Return the signed-in person's page for it, the sign-in for visitors, nothing for others."""
    role: Role = g.actor.role
    if role is Role.PUBLIC:
        return "/sign-in"
    prefix = OWN_PAGES.get(role, "")
    return f"{prefix}{own}" if prefix else ""


def _card(version: ProductVersion, bank: str) -> Row:
    return {
        "name": version.name,
        "product_id": version.product_id,
        "bank": bank,
        "terms": product_view.offer_rows(version),
        "href": url_for("public.product", product_id=version.product_id),
        "why": version.target,
    }


def _name_row(name: PublicName) -> Row:
    return {
        "name": name.name,
        "list": LIST_TYPES[name.list_type].name,
        "since": format_day(name.since),
    }


def _event_row(found: MatchmakingEvent, seats_left: int) -> Row:
    return {
        "title": found.title,
        "href": url_for("public.event", event_id=found.id),
        "at": format_moment(found.starts_at),
        "place": found.place,
        "form": wording.EVENT_FORMATS[found.format],
        "until": format_moment(found.sign_up_until),
        "seats": seats_left,
        "state": found.state,
    }
