import gzip
from pathlib import Path

import duckdb
import numpy as np
import pytest

from xinyidai.kernel.errors import InvalidInput
from xinyidai.scoring.training.dataset import labelled, read_table, splits
from xinyidai.scoring.training.spec import LabelSpec, TrainingSpec
from xinyidai.scoring.values import FeatureKind


def a_spec(**changes: object) -> TrainingSpec:
    return TrainingSpec(code="t", label=LabelSpec("y"), **changes)


SMALL: dict[str, list[object]] = {
    "size": [1, 2, "", 4],
    "kind": ["shop", "farm", "shop", ""],
    "y": [0, 1, 0, 1],
}


def test_numbers_categories_and_gaps_are_told_apart(table_of):
    table = labelled(read_table(table_of(SMALL)), a_spec())
    size, kind = table.columns
    assert (size.kind, kind.kind) == (FeatureKind.NUMERIC, FeatureKind.CATEGORICAL)
    assert np.isnan(size.values[2])
    assert kind.levels == ("farm", "shop")
    assert table.label.tolist() == [0, 1, 0, 1]


def test_csv_gzip_and_parquet_give_the_same_table(table_of, tmp_path):
    plain = table_of(SMALL)
    packed = tmp_path / "table.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    parquet = tmp_path / "table.parquet"
    duckdb.read_csv(str(plain)).write_parquet(str(parquet))
    matrices = [labelled(read_table(p), a_spec()).matrix for p in (plain, packed, parquet)]
    np.testing.assert_array_equal(matrices[0], matrices[1])
    np.testing.assert_array_equal(matrices[0], matrices[2])


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ([0, 1, 2, 1], "3 种"),
        ([1, 1, 1, 1], "1 种"),
        ([0, 1, "", 1], "1 个空值"),
        ([2, 3, 2, 3], "没有"),
    ],
)
def test_a_label_that_is_not_binary_is_refused(table_of, label, message):
    with pytest.raises(InvalidInput, match=message):
        labelled(read_table(table_of(SMALL | {"y": label})), a_spec())


@pytest.mark.parametrize("changes", [{"exclude": ("nothing",)}, {"time_column": "when"}])
def test_a_column_the_table_lacks_is_refused(table_of, changes):
    with pytest.raises(InvalidInput, match="没有这些列"):
        labelled(read_table(table_of(SMALL)), a_spec(**changes))


def test_an_empty_column_is_refused(table_of):
    with pytest.raises(InvalidInput, match="全是空值"):
        labelled(read_table(table_of(SMALL | {"size": [""] * 4})), a_spec())


def test_a_missing_file_is_refused_in_words():
    with pytest.raises(InvalidInput, match="找不到"):
        read_table(Path("nowhere.csv"))


def test_stratified_folds_test_every_row_once_and_share_the_outcomes(table_of, columns):
    names = {"sales": columns["sales"], "y": columns["defaulted"]}
    table = labelled(read_table(table_of(names)), a_spec())
    folds = splits(table)
    assert sorted(np.concatenate([test for _, test in folds])) == list(range(table.rows))
    assert np.ptp([table.label[test].sum() for _, test in folds]) <= 1


def test_in_time_order_the_past_trains_and_the_future_tests(table_of, columns):
    days = [f"2024-{1 + i % 12:02d}-01" for i in range(len(columns["sales"]))]
    names = {"sales": columns["sales"], "day": days, "y": columns["defaulted"]}
    table = labelled(read_table(table_of(names)), a_spec(time_column="day", folds=3))
    folds = splits(table)
    assert len(folds) == 3
    assert all(table.times[train].max() < table.times[test].min() for train, test in folds)


def test_too_few_bad_cases_for_the_folds_are_refused(table_of):
    with pytest.raises(InvalidInput, match="不够分"):
        splits(labelled(read_table(table_of(SMALL)), a_spec()))


def test_a_table_in_gb18030_is_read_as_it_is_meant(tmp_path):
    text = "行业,违约\n" + "制造,1\n批发,0\n" * 30
    for name, pack in (("t.csv", bytes), ("t.csv.gz", gzip.compress)):
        (tmp_path / name).write_bytes(pack(text.encode("gb18030")))
        raw = read_table(tmp_path / name)
        assert set(raw.columns["行业"]) == {"制造", "批发"}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", b"a,y\n\xff\xff\xff,1\n", "GB18030"),
        ("t.csv.gz", gzip.compress(b"a,y\n" + b"1,0\n" * 9000)[:60], "没有传完整"),
        ("t.csv.gz", b"a,y\n1,0\n", "没有传完整"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_in_words(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=message):
        read_table(tmp_path / name)


def test_what_exporters_write_for_no_value_is_a_gap(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("ratio,y\n" + "0.5,0\ninf,1\n-Infinity,0\nNULL,1\n#N/A,0\n", encoding="utf-8")
    raw = read_table(path)
    assert raw.columns["ratio"].dtype.kind == "f"
    assert raw.gaps["ratio"].tolist() == [False, True, True, True, True]
