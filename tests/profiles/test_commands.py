"""Commands and jobs, on a database where commits are real."""

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from xinyidai.enterprises.models import Enterprise
from xinyidai.kernel import jobs
from xinyidai.kernel.db import db as database
from xinyidai.kernel.errors import InvalidInput, NotFound
from xinyidai.profiles import jobs as profile_jobs
from xinyidai.profiles.commands import profile
from xinyidai.profiles.models import ProfileSnapshot


@pytest.fixture
def town(live, make_city):
    firms = [make_city.firm() for _ in range(2)]
    database.session.commit()
    return firms


def run(*args):
    return CliRunner().invoke(profile, args, catch_exceptions=False)


def snapshots():
    return database.session.scalar(select(func.count()).select_from(ProfileSnapshot))


def test_build_all_keeps_a_snapshot_for_each_firm(town):
    result = run("build", "--all")
    assert "2 家企业" in result.output
    assert snapshots() == 2


def test_build_one_firm_by_its_code(town):
    code = database.session.get_one(Enterprise, town[0]).uscc
    assert "已计算" in run("build", "--uscc", code, "--as-of", "2026-01-31").output
    assert snapshots() == 1


def test_build_wants_one_of_two_options_and_a_known_firm(town):
    with pytest.raises(InvalidInput):
        run("build")
    with pytest.raises(NotFound):
        run("build", "--uscc", "91350100M000100Y43")


def test_export_tells_how_many_firms_it_wrote(town, tmp_path):
    assert "已导出 0 家" in run("export", "--out", str(tmp_path / "out.csv.gz")).output


def test_the_rebuild_job_may_run_twice(town):
    assert {"profiles.rebuild", "profiles.rebuild_all"} <= jobs.names()
    for _ in range(2):
        profile_jobs.rebuild(enterprise_ids=[str(firm) for firm in town])
    assert snapshots() == 2
