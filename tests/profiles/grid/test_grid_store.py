"""The kept grid: chunks, killed runs, and new records laid over it."""

import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from tests.profiles.indicator_city import AS_OF, city
from xinyidai.kernel.errors import InvalidInput, RuleBroken
from xinyidai.profiles.commands import profile
from xinyidai.profiles.grid import adding, store


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return city(tmp_path_factory.mktemp("town"), firms=300, records=9_000, new=400)


def table(folder):
    return pa.concat_tables(store.tables_of(folder))


def compute(folder, town, records=None, **options):
    return store.compute(folder, records or [town.records], town.firms, AS_OF, **options)


@pytest.fixture
def full(tmp_path, town):
    compute(tmp_path / "full", town, [town.records, town.new], firms_at_once=1_000)
    return table(tmp_path / "full")


@pytest.mark.parametrize("firms_at_once", [70, 1_000])
def test_new_records_give_what_a_full_run_gives(tmp_path, town, full, firms_at_once):
    state = tmp_path / "state"
    assert compute(state, town, firms_at_once=firms_at_once) == 300
    before = table(state)
    owners = set(pq.read_table(town.new).column("enterprise_id").to_pylist())
    assert adding.add(state, town.new) == len(owners)
    assert table(state).equals(full)
    assert not before.equals(full)


def test_records_may_come_in_several_files(tmp_path, town, full):
    state = tmp_path / "state"
    compute(state, town, firms_at_once=200)
    new = pq.read_table(town.new)
    for number, rows in enumerate((new.slice(0, 150), new.slice(150, 250))):
        pq.write_table(rows, tmp_path / f"{number}.parquet")
        adding.add(state, tmp_path / f"{number}.parquet")
    pq.write_table(new.slice(400), tmp_path / "rest.parquet")
    assert table(state).equals(full)


def test_the_first_record_of_a_kind_turns_missing_into_zero_for_everybody(tmp_path, town):
    records = pq.read_table(town.records)
    is_kind = pa.compute.equal(records["kind"], "patent")
    pq.write_table(records.filter(pa.compute.invert(is_kind)), tmp_path / "without.parquet")
    pq.write_table(records.filter(is_kind).slice(0, 1), tmp_path / "one.parquet")
    paths = [tmp_path / "without.parquet", tmp_path / "one.parquet"]
    compute(tmp_path / "state", town, paths[:1])
    assert table(tmp_path / "state")["patents_total"].null_count == 300
    adding.add(tmp_path / "state", paths[1])
    compute(tmp_path / "full", town, paths)
    assert table(tmp_path / "state").equals(table(tmp_path / "full"))
    assert table(tmp_path / "state")["patents_total"].null_count == 0


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_killed_run_goes_on_with_the_chunks_that_are_not_done(tmp_path, town):
    state, read = tmp_path / "state", []

    def kill(done, total):
        if done > total / 2:
            raise Killed

    with pytest.raises(Killed):
        compute(state, town, firms_at_once=100, on_progress=kill)
    done = json.loads((state / store.STATE).read_text("utf-8"))["done"]
    assert done == [0]
    with pytest.raises(RuleBroken):
        table(state)
    first = (state / "chunk-0000" / "values.npy").stat().st_ino
    compute(state, town, firms_at_once=100, on_progress=lambda *counts: read.append(counts))
    assert (state / "chunk-0000" / "values.npy").stat().st_ino == first
    assert read[0][0] > read[0][1] / 3 - 1
    assert read[-1][0] == read[-1][1]
    compute(tmp_path / "other", town)
    assert table(state).equals(table(tmp_path / "other"))


def test_the_same_file_is_not_counted_twice(tmp_path, town):
    compute(tmp_path, town)
    adding.add(tmp_path, town.new)
    with pytest.raises(RuleBroken, match="已经加入过"):
        adding.add(tmp_path, town.new)


def test_an_empty_folder_cannot_be_added_to(tmp_path, town):
    with pytest.raises(RuleBroken, match="完整计算一次"):
        adding.add(tmp_path, town.new)


def test_another_dictionary_needs_a_full_run(tmp_path, town):
    compute(tmp_path, town)
    state = store.State.read(tmp_path)
    state.dictionary = "1999.1"
    state.write(tmp_path)
    with pytest.raises(RuleBroken, match="指标字典已经更新"):
        adding.add(tmp_path, town.new)


def test_amounts_beyond_64_bits_need_a_full_run(tmp_path, town):
    compute(tmp_path / "state", town)
    new = pq.read_table(town.new)
    rows = [row | {"amount_fen": 2**62} for row in new.to_pylist()]
    pq.write_table(pa.Table.from_pylist(rows, new.schema), tmp_path / "huge.parquet")
    with pytest.raises(RuleBroken, match="重新完整计算"):
        adding.add(tmp_path / "state", tmp_path / "huge.parquet")
    assert table(tmp_path / "state").num_rows == 300
    compute(tmp_path / "again", town, [town.records, tmp_path / "huge.parquet"])
    assert table(tmp_path / "again").num_rows == 300


def test_records_of_unknown_firms_are_left_out(tmp_path, town):
    compute(tmp_path / "state", town)
    new = pq.read_table(town.new)
    strangers = pa.array(["00000000-0000-0000-0000-000000000000", "f" * 36] * 200)
    pq.write_table(new.set_column(0, "enterprise_id", strangers), tmp_path / "new.parquet")
    before = table(tmp_path / "state")
    assert adding.add(tmp_path / "state", tmp_path / "new.parquet") == 0
    assert table(tmp_path / "state").equals(before)


def test_the_command_computes_adds_and_writes(tmp_path, town, full):
    state, out = str(tmp_path / "state"), tmp_path / "out.parquet"
    options = ["--records", str(town.records), "--firms", str(town.firms)]
    options += ["--as-of", AS_OF.isoformat(), "--new", str(town.new), "--out", str(out)]
    done = CliRunner().invoke(profile, ["tabulate", "--state", state, *options])
    assert "已计算 300 家" in done.output
    assert pq.read_table(out).equals(full)


def test_the_command_says_what_it_needs(tmp_path, town):
    with pytest.raises(InvalidInput):
        CliRunner().invoke(
            profile,
            ["tabulate", "--state", str(tmp_path), "--records", str(town.records)],
            catch_exceptions=False,
        )
