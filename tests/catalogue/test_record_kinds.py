import pytest

from xinyidai.catalogue import kinds
from xinyidai.catalogue.dictionary import OPENNESS, kind_entry
from xinyidai.catalogue.errors import (
    BannedFieldRefused,
    CatalogueBroken,
    UnknownField,
    UnknownItem,
    UnknownKind,
)
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.catalogue.kind_reading import read_kind_catalogue
from xinyidai.catalogue.reading import parse_catalogue
from xinyidai.catalogue.values import Absence, Effect, FieldType, OpenAttribute, clean_heading
from xinyidai.kernel.errors import NotFound

SMALL = """
editions:
  - {version: "1", published_on: 2026-05-01, changes: [首次发布]}
classes: {tax: 纳税}
items: {tax: {name: 纳税, text: 纳税信息}}
departments: {taxation: 税务局}
banned_fields:
  - {code: religion, name: 宗教, patterns: [宗教], legal_basis: 条例第十四条}
dropped_fields:
  - {code: person_id, name: 证件号码, patterns: [身份证], standard_codes: [CF_FR_ZJHM], reason: 最小必要}
kinds:
  - code: tax_grade
    name: 纳税信用级别
    class: tax
    item: tax
    department: taxation
    mode: collect
    open_attribute: public
    effect: neutral
    sensitivity: general
    legal_basis: 办法
    update_cycle_days: 30
    publicity: {rule: 公示, months: null}
    retention_months: 60
    absence: unknown
    fields:
      - {code: uscc, name: 统一社会信用代码, type: uscc, required: true}
      - {code: name, name: 企业名称, type: text, required: true, max_length: 200}
      - {code: grade, name: 级别, type: enum, values: [A, B]}
      - {code: given_on, name: 日期, type: date, required: true}
    map: {natural_key: [given_on], occurred_on: given_on, valid_until: null, amount: null, quantity: null, level: grade}
"""


def _load(text: str) -> None:
    read_kind_catalogue(parse_catalogue(text, "test"))


def test_the_catalogue_covers_all_fourteen_classes():
    assert len(kinds.KINDS) >= 32
    assert {kind.class_code for kind in kinds.KINDS.values()} == set(kinds.CLASSES)
    assert len(kinds.CLASSES) == 14


def test_every_kind_belongs_to_exactly_one_item():
    listed = [code for item in kinds.ITEMS.values() for code in item.kinds]
    assert sorted(listed) == sorted(kinds.KINDS)


TEN = {
    "administrative_licence", "administrative_penalty", "administrative_compulsion",
    "administrative_confirmation", "administrative_levy", "administrative_payment",
    "administrative_adjudication", "administrative_compensation", "administrative_award",
    "administrative_inspection",
}  # fmt: skip


def test_the_ten_publicity_kinds_are_public_due_in_seven_days_and_have_fields_of_their_own():
    found = [kinds.get_kind(code) for code in sorted(TEN)]
    assert {(kind.open_attribute, kind.update_cycle_days) for kind in found} == {
        (OpenAttribute.PUBLIC, 7)
    }
    assert len({tuple(field.code for field in kind.fields) for kind in found}) == len(TEN)
    assert all(k.find_field(name) for k in found for name in ("统一社会信用代码", "备注"))


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=lambda kind: kind.code)
def test_every_kind_says_all_that_the_dictionary_promises(kind):
    entry = kind_entry(kind)
    said = [value for value in vars(entry).values() if isinstance(value, str)]
    assert "" not in said
    assert entry.mode in {"归集", "接口", "核验", "自主填报", "平台产生"}
    assert entry.open_attribute in OPENNESS.values()
    assert entry.effect in {"守信", "失信", "中性"}
    assert kind.update_cycle_days >= 1
    assert kind.retention_months or kind.publicity_rule
    assert len(entry.fields) == len(kind.fields) >= 4


def test_an_application_matter_is_no_title_and_a_filing_number_no_licence_number():
    assert kinds.get_kind("qualification").find_field("申请事项") is None
    assert kinds.get_kind("administrative_licence").find_field("备案号") is None


@pytest.mark.parametrize(
    "heading", ["法定代表人身份证号", "CF_FR_ZJHM", "xk_xdr_zjhm", "证件号码", "联系电话", "手机号"]
)
def test_a_persons_number_is_dropped_and_no_file_refused_for_it(heading):
    kinds.require_collectable([heading])
    assert kinds.find_dropped_field(heading)


@pytest.mark.parametrize(
    "heading", ["证书编号", "许可证号", "法定代表人", "住所", "统一社会信用代码", "排污许可证编号"]
)
def test_what_is_about_the_firm_is_not_dropped(heading):
    assert kinds.find_dropped_field(heading) is None


def test_no_kind_is_known_under_a_heading_that_is_dropped():
    clash = [
        (kind.code, heading)
        for kind in kinds.KINDS.values()
        for field in kind.fields
        for heading in (field.name, *field.synonyms)
        if kinds.find_dropped_field(heading)
    ]
    assert clash == []


def test_the_newest_edition_is_in_force_and_says_what_changed():
    assert kinds.EDITIONS[0].version == kinds.VERSION == "2026.2"
    assert all(edition.changes for edition in kinds.EDITIONS)


def test_an_unknown_kind_is_refused_in_chinese():
    with pytest.raises(UnknownKind, match="目录里没有“horoscope”") as raised:
        kinds.get_kind("horoscope")
    assert isinstance(raised.value, NotFound)


def test_an_unknown_item_or_field_is_refused():
    with pytest.raises(UnknownItem):
        kinds.get_item("everything")
    with pytest.raises(UnknownField):
        kinds.get_kind("tax_grade").field("colour")


def test_items_cover_their_kinds_only():
    assert kinds.kinds_of_items(["housing_fund"]) == {"housing_fund"}
    assert "dishonesty_list" in kinds.kinds_of_items(["judicial", "tax"])


def test_what_departments_share_among_themselves_goes_to_no_institution():
    held = kinds.kinds_of_items(kinds.ITEMS) - kinds.disclosable_kinds(kinds.ITEMS)
    assert held == {"contract_performance"}
    used = {code for one in indicator_dictionary().indicators.values() for code in one.kinds}
    assert used.isdisjoint(held)


def test_a_penalty_carries_the_fields_of_the_double_publicity_standard():
    penalty = kinds.get_kind("administrative_penalty")
    codes = {field.code for field in penalty.fields}
    assert {"cf_wsh", "cf_xdr_mc", "cf_xdr_shxym", "cf_nr_fk", "cf_jdrq", "cf_gsjzq"} <= codes
    assert penalty.map.natural_key == ("cf_wsh",)
    assert penalty.field("cf_nr_fk").type is FieldType.AMOUNT_WAN


@pytest.mark.parametrize(
    ("code", "heading", "field"),
    [
        ("administrative_penalty", "行政相对人代码1(统一社会信用代码)", "cf_xdr_shxym"),
        ("administrative_penalty", "罚款金额(万元)", "cf_nr_fk"),
        ("administrative_penalty", "罚款金额（元）", None),
        ("administrative_penalty", "罚款金额", None),
        ("tax_arrears", "企业或单位名称", "name"),
        ("tax_penalty", "行政处罚文号", "decision_no"),
        ("specialised_new", "社会统一信用代码", "uscc"),
        ("transport_credit_grade", "业户名称", "name"),
        ("government_procurement_contract", "金额", "amount"),
        ("court_enforcement", "ENFORCE_AMOUNT", "amount"),
        ("tech_sme", " 统计年份 ", "listed_on"),
    ],
)
def test_headings_of_real_files_are_recognised(code, heading, field):
    found = kinds.get_kind(code).find_field(heading)
    assert (found and found.code) == field


def test_red_invoices_may_be_negative_and_fines_may_not():
    assert kinds.get_kind("monthly_invoicing").field("amount_yuan").signed
    assert not kinds.get_kind("administrative_penalty").field("cf_nr_fk").signed


def test_monthly_invoicing_maps_as_the_indicators_expect():
    columns = kinds.get_kind("monthly_invoicing").map
    assert columns.natural_key == ("period", "side")
    assert (columns.amount, columns.quantity, columns.level) == (
        "amount_yuan",
        "invoice_count",
        "side",
    )


def test_only_an_end_of_validity_may_lie_in_the_future():
    early = [
        (kind.code, kind.map.occurred_on)
        for kind in kinds.KINDS.values()
        if kind.code != "shareholder_contribution" and kind.field(kind.map.occurred_on).future_days
    ]
    assert early == []


@pytest.mark.parametrize(
    ("seen", "code"), [("销项", "output"), ("OUTPUT", "output"), ("进项发票", "input"), ("?", None)]
)
def test_a_text_of_an_enum_gives_its_code(seen, code):
    assert kinds.get_kind("monthly_invoicing").field("side").enum_code(seen) == code


def test_absence_on_a_negative_list_counts_as_none():
    wrong = [
        kind.code
        for kind in kinds.KINDS.values()
        if kind.effect is Effect.NEGATIVE and kind.absence is not Absence.ZERO
    ]
    assert wrong == []


def test_a_monthly_amount_is_never_public_and_its_absence_is_unknown():
    monthly = [
        kind
        for kind in kinds.KINDS.values()
        if kind.map.amount and kind.field(kind.map.occurred_on).type is FieldType.MONTH
    ]
    assert {kind.absence for kind in monthly} == {Absence.UNKNOWN}
    assert {kind.open_attribute for kind in monthly} == {OpenAttribute.AUTHORIZED}


def test_headings_differ_only_in_width_case_and_punctuation():
    assert clean_heading("企业（机构）名称 ") == clean_heading("企业(机构)名称")
    assert clean_heading("XK_WSH") == "xkwsh"


@pytest.mark.parametrize(
    "heading", ["宗教信仰", "血型", "指纹特征", "个人收入", "商鼎分", "既往病史"]
)
def test_a_heading_that_may_never_be_collected_is_refused(heading):
    with pytest.raises(BannedFieldRefused, match="不能采集") as raised:
        kinds.require_collectable(["企业名称", heading])
    assert list(raised.value.details["banned"]) == [heading]


@pytest.mark.parametrize("heading", ["企业名称", "职业病危害项目", "用人单位性质", "参保人数"])
def test_ordinary_headings_are_collectable(heading):
    kinds.require_collectable([heading])
    assert kinds.find_banned_field(heading) is None


def test_the_small_catalogue_of_these_tests_is_sound():
    catalogue = read_kind_catalogue(parse_catalogue(SMALL, "test"))
    assert list(catalogue.kinds) == ["tax_grade"]
    assert catalogue.kinds["tax_grade"].class_name == "纳税"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mode: collect", "mode: guess"),
        ("mode: collect", "mode: collect\n    colour: red"),
        ("mode: collect", "mode: collect\n    mode: collect"),
        ("class: tax\n", "class: music\n"),
        ("    item: tax\n", "    item: music\n"),
        ("department: taxation", "department: nobody"),
        ("effect: neutral\n", "\n"),
        ("update_cycle_days: 30", "update_cycle_days: often"),
        ("natural_key: [given_on]", "natural_key: [grade]"),
        ("occurred_on: given_on", "occurred_on: grade"),
        ("level: grade}", "level: given_on}"),
        ("amount: null", "amount: grade"),
        ("type: enum, values: [A, B]", "type: enum"),
        ("type: enum, values: [A, B]", "type: enum, values: [A, A]"),
        ("values: [A, B]", "values: {A: 好, B: 好}"),
        ("values: [A, B]", "values: [A, B], value_synonyms: {优: C}"),
        ("values: [A, B]", "values: [A, B], value_synonyms: {a: B}"),
        ("name: 级别", "name: 宗教级别"),
        ("name: 级别", "name: 日 期"),
        ("name: 级别", "name: （）"),
        ("max_length: 200", "max_length: 200, signed: true"),
        (", max_length: 200", ""),
        ("code: grade, name", "code: given_on, name"),
        ("name: 级别", "name: 身份证级别"),
        ("name: 级别", "name: 级别, synonyms: [cf_fr_zjhm]"),
        ("required: true, max", "required: 1, max"),
        ("changes: [首次发布]", "changes: []"),
        ("published_on: 2026-05-01", "published_on: 今天"),
        ("kinds:\n", "editions: []\nkinds:\n"),
        ("retention_months: 60", "retention_months: 0"),
        ("months: null}\n    retention_months: 60", "months: 61}\n    retention_months: 60"),
        ("months: null}", "months: 12, most_months: 3}"),
        ("name: 级别", "name: 级别, open_attribute: everybody"),
        ("code: given_on, name", "open_attribute: government, code: given_on, name"),
        ("name: 级别", "name: 级别, standard_code: DJ, colour: red"),
        ("items: {tax: {name: 纳税, text: 纳税信息}}", "items: [tax]"),
        ("banned_fields:", "banned: 1\nbanned_fields:"),
        (
            "absence: unknown",
            "repair: {class: minor, min_publicity_months: 0}\n    absence: unknown",
        ),
        (
            "effect: neutral\n",
            "effect: negative\n    repair: {class: general, min_publicity_months: 2}\n",
        ),
        (
            "effect: neutral\n",
            "effect: negative\n    repair: {class: venial, min_publicity_months: 2}\n",
        ),
    ],
)
def test_a_broken_catalogue_does_not_load(old, new):
    assert old in SMALL
    with pytest.raises(CatalogueBroken):
        _load(SMALL.replace(old, new, 1))
