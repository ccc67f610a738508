"""The design system rendered by Jinja alone: no database, no Flask."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

WEB = Path(__file__).parents[2] / "xinyidai" / "web"
CSS = (WEB / "static" / "app.css").read_text(encoding="utf-8")
ERROR_PAGES = sorted(path.stem for path in (WEB / "templates" / "errors").glob("[0-9]*.html"))
LAYOUTS = ["phone_first", "desk", "public", "auth"]
HOSTILE = "<script>\"&'</script>"


class Page(HTMLParser):
    """The start tags and the visible text of a rendered page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(WEB / "templates"), autoescape=True, undefined=StrictUndefined
    )
    env.globals["csp_nonce"] = lambda: "n0nce"
    env.globals["csrf_token"] = lambda: "token"
    env.globals["asset"] = lambda path: f"/static/{path}?v=1"
    env.globals["demo_mode"] = True
    return env


def signed_in() -> dict[str, object]:
    item = {"url": "/", "label": "首页", "icon": "home", "current": True, "badge": 2}
    actor = SimpleNamespace(role="bank_officer", name="张敏", account_id="a", party_id=None)
    return {"g": SimpleNamespace(actor=actor), "nav_items": [item]}


def macro(module: str, call: str, **values: object) -> str:
    source = f'{{% import "macros/{module}.html" as m %}}{{{{ m.{call} }}}}'
    return environment().from_string(source).render(**values)


@pytest.fixture(scope="module")
def sheet() -> Page:
    return Page(environment().get_template("design.html").render(**signed_in()))


def test_the_design_sheet_keeps_the_content_security_policy(sheet: Page) -> None:
    assert not sheet.values("style")
    assert not [name for _, attrs in sheet.tags for name in attrs if name.startswith("on")]
    assert "style" not in {tag for tag, _ in sheet.tags}
    assert all(attrs["nonce"] == "n0nce" for tag, attrs in sheet.tags if tag == "script")


def test_the_design_sheet_loads_nothing_from_other_hosts(sheet: Page) -> None:
    addresses = sheet.values("src") + sheet.values("href") + sheet.values("action")
    assert not [address for address in addresses if re.match(r"(https?:)?//", address)]


def test_every_id_is_unique_and_every_reference_has_its_target(sheet: Page) -> None:
    ids = Counter(sheet.values("id"))
    references = sheet.values("for") + " ".join(sheet.values("aria-describedby")).split()
    assert [name for name, count in ids.items() if count > 1] == []
    assert set(references) <= set(ids)


def test_every_icon_used_is_in_the_sprite(sheet: Page) -> None:
    used = {attrs["href"].removeprefix("#") for tag, attrs in sheet.tags if tag == "use"}
    assert used <= set(sheet.values("id"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_has_one_main_a_skip_link_and_the_demo_banner(layout: str) -> None:
    source = f'{{% extends "layouts/{layout}.html" %}}{{% block title %}}页{{% endblock %}}'
    html = environment().from_string(source).render(**signed_in())
    page = Page(html)
    assert [attrs["id"] for tag, attrs in page.tags if tag == "main"] == ["main"]
    assert "#main" in page.values("href")
    assert "企业、机构和数据均为虚构" in page.text
    assert "<title>页 · 信易贷</title>" in html


def test_a_page_with_errors_says_so_in_its_title() -> None:
    template = environment().from_string('{% extends "layouts/auth.html" %}')
    assert "<title>有误：" in template.render(errors={"login": "请填写账号"})


@pytest.mark.parametrize("code", ERROR_PAGES)
def test_an_error_page_renders_without_an_actor_and_offers_a_way_on(code: str) -> None:
    html = environment().get_template(f"errors/{code}.html").render(demo_mode=False)
    assert html.count("<h1>") == 1
    assert 'class="button' in html
    assert "{{" not in html


def test_the_error_page_shows_the_detail_and_the_fields() -> None:
    template = environment().get_template("errors/error.html")
    html = template.render(status=422, title="x", detail="请补全信息。", fields={"a": HOSTILE})
    assert "请补全信息。" in html
    assert "&lt;script&gt;" in html
    assert "操作没有生效" in template.render(status=418, title="茶壶", detail="", fields={})


def test_error_pages_cover_the_refusals_of_the_platform() -> None:
    assert {"400", "403", "404", "409", "422", "429", "500"} <= set(ERROR_PAGES)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    tokens = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", CSS)) | {"white": "#ffffff"}
    light, dark = sorted((luminance(tokens[one]), luminance(tokens[other])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


TEXT_PAIRS = """ink/paper ink-2/paper ink-3/paper ink-2/sunken ink-3/sunken ink-3/surface pine/paper
pine/pine-soft pine-deep/pine-soft white/pine white/pine-deep white/rust amber/pine-deep ink/amber
amber-deep/amber-soft amber-deep/surface red/red-soft red/surface rust/surface slate/slate-soft
pine-pale/pine-night ink-3/pine-soft ink-2/amber-soft"""


@pytest.mark.parametrize("pair", TEXT_PAIRS.split())
def test_text_stands_out_by_four_and_a_half_to_one(pair: str) -> None:
    assert contrast(*pair.split("/")) >= 4.5


@pytest.mark.parametrize("pair", ["line-strong/surface", "pine-mid/sunken", "pine-mid/paper"])
def test_control_borders_and_bars_stand_out_by_three_to_one(pair: str) -> None:
    assert contrast(*pair.split("/")) >= 3


def test_the_style_sheet_uses_only_tokens_it_defines() -> None:
    used = set(re.findall(r"var\((--[\w-]+)", CSS))
    assert used <= set(re.findall(r"(--[\w-]+):", CSS))
    assert CSS.count("{") == CSS.count("}")


def test_the_assets_stay_small() -> None:
    assert len(CSS.encode()) <= 46 * 1024
    assert (WEB / "static" / "app.js").stat().st_size <= 4 * 1024


@pytest.mark.parametrize(
    ("module", "call"),
    [
        ("ui", "stat(x, x, x, x, x)"),
        ("ui", "notice(x, x)"),
        ("ui", "facts([{'label': x, 'value': x, 'source': x, 'dispute_url': x}])"),
        ("ui", "data_table(x, [{'key': 'a', 'label': x}], [{'a': x}])"),
        ("forms", "text_field('a', x, x, x, x)"),
        ("forms", "select('a', x, [{'value': x, 'label': x}], x)"),
        ("forms", "post_button(x, x, fields={'a': x}, confirm=x)"),
        ("charts", "bars(x, [{'label': x, 'value': 1, 'text': x}])"),
        ("credit", "reason_list([{'outcome': 'unmet', 'title': x, 'value': x, 'how': x}])"),
        ("credit", "look_list([{'at': x, 'who': x, 'purpose': x}])"),
    ],
)
def test_hostile_text_never_becomes_markup(module: str, call: str) -> None:
    html = macro(module, call, x=HOSTILE)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_field_with_an_error_points_to_its_hint_and_its_error() -> None:
    html = macro("forms", "money_field('amount', '金额', '5', hint='提示', error='太少')")
    assert 'aria-describedby="f-amount-hint f-amount-error"' in html
    assert 'aria-invalid="true"' in html


def test_a_password_is_never_written_back() -> None:
    html = macro("forms", "text_field('p', '密码', 'secret', type='password')")
    assert "secret" not in html


def test_the_error_summary_counts_and_links_to_the_fields() -> None:
    html = macro("forms", "error_summary({'amount': '太少', 'term': '请选择'})")
    assert "有 2 处需要修改" in html
    assert 'href="#f-amount"' in html
    assert macro("forms", "error_summary({})").strip() == ""


def test_the_first_choice_carries_the_id_the_error_summary_links_to() -> None:
    options = [{"value": 1, "label": "甲"}, {"value": 2, "label": "乙"}]
    page = Page(macro("forms", "radios('kind', '种类', options, 2)", options=options))
    inputs = [attrs for tag, attrs in page.tags if tag == "input"]
    assert [attrs["id"] for attrs in inputs] == ["f-kind", "f-kind-2"]
    assert ["checked" in attrs for attrs in inputs] == [False, True]


def test_a_post_form_carries_the_csrf_token_and_a_get_form_does_not() -> None:
    source = '{% import "macros/forms.html" as f %}{% call f.form(method=m) %}{% endcall %}'
    template = environment().from_string(source)
    assert 'value="token"' in template.render(m="post")
    assert "token" not in template.render(m="get")


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [(-2, "已超时 2", "late"), (0, "今日到期", "today"), (2, "剩 2", "todo"), (9, "剩 9", "plain")],
)
def test_a_deadline_ages_in_words_and_in_tone(days: int, words: str, tone: str) -> None:
    html = macro("ui", "sla_tag(days)", days=days)
    assert words in html
    assert f"is-{tone}" in html


def test_a_state_without_a_chinese_label_is_refused() -> None:
    with pytest.raises(UndefinedError):
        macro("ui", "state_tag('unheard_of', {'draft': '草稿'})")


def test_a_stage_outside_the_road_is_refused() -> None:
    with pytest.raises(UndefinedError):
        macro("ui", "stage_bar([{'code': 'draft', 'label': '草稿'}], 'unheard_of')")


def test_a_declined_application_stops_at_its_stage() -> None:
    stages = [{"code": c, "label": c} for c in ("submitted", "in_approval", "signed")]
    html = macro("ui", "stage_bar(stages, 'in_approval', side='已拒绝')", stages=stages)
    assert html.count('aria-current="step"') == 1
    assert "is-stop" in html
    assert "<strong>已拒绝</strong>" in html


def test_a_chart_carries_its_numbers_as_a_table_and_missing_is_not_zero() -> None:
    entries = [{"label": "纳税", "value": 88}, {"label": "用能", "value": None}]
    table = macro("charts", "dimensions('画像', entries)", entries=entries).split("<details")[1]
    assert ">88</td>" in table
    assert "数据不足" in table
    assert ">0</td>" not in table


def test_a_line_breaks_where_a_month_is_missing() -> None:
    series = [{"name": "首贷", "values": [1, None, 3]}]
    html = macro("charts", "line_chart('放款', ['1', '2', '3'], series)", series=series)
    assert 'd="M0.00 66.67M100.00 0.00"' in html


def test_charts_of_nothing_still_render() -> None:
    assert "看表格" in macro("charts", "funnel('漏斗', [])")
    assert "看表格" in macro("charts", "share_bar('占比', [{'label': '无', 'value': 0}])")
    assert "看表格" in macro("charts", "line_chart('线', [], [])")


def test_without_a_grade_the_panel_says_what_is_missing() -> None:
    html = macro("credit", "grade_panel(none, missing=[{'title': '纳税', 'how': '尚未授权'}])")
    assert "还不能评级" in html
    assert "尚未授权" in html
    assert "演示模型" in html
    assert "is-here" not in html


def test_a_number_with_a_list_behind_it_is_a_link() -> None:
    assert macro("ui", "stat(3, '待受理', '/list')").startswith("<a ")
    assert macro("ui", "stat(3, '待受理')").startswith("<div ")
