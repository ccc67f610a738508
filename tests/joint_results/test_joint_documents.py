"""Documents of strangers: bounded, strict, and refused with a sentence that says what to do."""

import json
from copy import deepcopy
from pathlib import Path

import pytest

from tests.joint_results.documents_for_joint import MISSING, card, logistic, raw, trees
from xinyidai.catalogue.indicators import indicator_dictionary
from xinyidai.joint_results.documents import items_of, parse
from xinyidai.joint_results.values import MOST_BYTES, ModelKind
from xinyidai.kernel.errors import InvalidInput


def faults(document: object) -> dict[str, str]:
    content = document if isinstance(document, bytes) else raw(document)
    with pytest.raises(InvalidInput) as refusal:
        parse(content)
    return refusal.value.fields


@pytest.mark.parametrize("document", [card(), logistic(), trees()])
def test_the_three_kinds_are_read(document):
    spec, plain = parse(raw(document))
    assert spec.kind == ModelKind(document["kind"])
    assert (plain, len(spec.inputs)) == (document, 3)


def test_the_example_of_the_documentation_is_sound():
    page = Path(__file__).parents[2] / "docs" / "joint-models.md"
    examples = page.read_text(encoding="utf-8").split("```json")[1:]
    read = [parse(example.split("```")[0].encode())[0] for example in examples]
    assert {spec.kind for spec in read} == set(ModelKind)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * (MOST_BYTES + 1), "超过 256 KB"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[" * 100_000, "嵌套"),
        (b'{"a":' * 50 + b"1" + b"}" * 50, "嵌套"),
        (b'{"a": [}', "不是正确的 JSON"),
        (b"[1]", "最外层"),
        (b'{"base": NaN}', "NaN"),
        (b'{"base": -Infinity}', "Infinity"),
        (b'{"base": 1e999}', "太大"),
        (b'{"base": 1' + b"0" * 5000 + b"}", "太大"),
        (b'{"base": 1, "base": 2}', "写了两次"),
        (b'{"\\ud800": 1}', "不能显示"),
        (b'{"name\\u0000": 1}', "不能显示"),
        (b'"' + b'\\"' * 130_000, "不是正确的 JSON"),  # never ends; searched once, not n times
        ('{"name": "演示"}'.encode("gbk"), "UTF-8"),
        (b"PK\x03\x04" + b"\x00" * 100, "不是正确的 JSON"),
        (b" \n", "请选择模型文件"),
    ],
)
def test_what_is_no_sound_json_is_refused_as_a_whole(content, words):
    assert words in faults(content)["document"]


def test_ten_thousand_nodes_are_refused():
    leaf = {"points": 1}
    assert "节点合计" in faults(trees(trees=[[leaf] * 10_000]))["trees"]
    assert faults(trees(trees=[[leaf] * 4_001]))


@pytest.mark.parametrize(
    "tree",
    [
        [{"input": "tax_paid_12m", "below": 1, "then": 0, "else": 1}, {"points": 1}],
        [{"input": "tax_paid_12m", "below": 1, "then": 1, "else": 1}, {"points": 1}],
        [{"input": "tax_paid_12m", "below": 1, "then": 1, "else": 9}, {"points": 1}],
        [{"points": 1}, {"points": 2}],
    ],
)
def test_a_tree_that_turns_back_or_leads_nowhere_is_refused(tree):
    assert "trees[1]" in faults(trees(trees=[trees()["trees"][0], tree]))


def test_a_tree_too_deep_is_refused():
    deep = []
    for place in range(13):
        edge = {"input": "tax_paid_12m", "below": 1, "then": 2 * place + 1, "else": 2 * place + 2}
        deep += [edge, {"points": 1}] if place else [edge]
        if place:
            deep[-1], deep[-2] = deep[-2], deep[-1]
    deep += [{"points": 1}, {"points": 1}]
    assert "trees[0]" in faults(trees(trees=[deep, *trees()["trees"]]))


def test_an_input_that_says_nothing_of_absence_is_refused():
    document = deepcopy(card())
    del document["inputs"][0]["missing"]
    assert "数据不足" in faults(document)["inputs[0].missing"]
    document["inputs"][0]["missing"] = {"no_record": 1}
    assert "inputs[0].missing.stale" in faults(document)


def test_nobody_but_the_platform_says_what_withheld_data_are_worth():
    document = deepcopy(card())
    document["inputs"][0]["missing"] = MISSING | {"not_authorized": 99}
    assert "inputs[0].missing.not_authorized" in faults(document)


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"script": "import os"}, "script"),
        ({"format": "onnx"}, "format"),
        ({"kind": "python"}, "kind"),
        ({"purpose": "model_training"}, "purpose"),
        ({"code": "Wrong Code"}, "code"),
        ({"name": ""}, "name"),
        ({"base": "1+1"}, "base"),
        ({"base": True}, "base"),
        ({"inputs": card()["inputs"][:2]}, "inputs"),
        ({"inputs": card()["inputs"][:2] * 2}, "inputs[2].code"),
        ({"bands": [{"name": "甲"}]}, "bands"),
        ({"bands": [{"name": f"{n}", "from": -n} for n in range(11)]}, "bands"),
        ({"bands": [{"name": "甲", "from": 1}, {"name": "甲"}]}, "bands"),
    ],
)
def test_what_the_format_does_not_know_is_refused_at_its_place(changes, place):
    assert place in faults(card(**changes))


def test_an_unknown_indicator_and_one_beyond_the_purpose_are_refused():
    document = deepcopy(card(purpose="limit_estimate"))
    document["inputs"][0]["code"] = "owner_age"
    assert "指标字典里没有" in faults(document)["inputs[0].code"]
    patents = next(c for c in indicator_dictionary().indicators if "patent" in c)
    document["inputs"][0]["code"] = patents
    assert "这个用途不能使用" in faults(document)["inputs[0].code"]


def test_bins_out_of_order_are_refused():
    document = deepcopy(card())
    document["inputs"][1]["bins"][0]["below"] = 1e12
    assert "从小到大" in faults(document)["inputs[1].bins"]


def test_no_more_than_twenty_places_are_named():
    rows = [{"code": f"unknown_{n}", "bins": [{}], "missing": {}} for n in range(40)]
    assert len(faults(card(inputs=rows))) == 20


def test_the_items_that_inputs_rest_on_are_known():
    assert items_of(["tax_paid_12m"]) == ["tax"]
    assert json.dumps(items_of(["years_established", "tax_paid_12m"]))
