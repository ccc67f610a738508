"""`make bench`: ours against baselines, one JSON object a line on standard output.

    python -m tests.bench            all of them
    python -m tests.bench NAME       one

Every `*_vs_*` row runs ours and the baseline in turns, checks that both give the same result, and
gives medians; `ratio` is our speed over the baseline's. Data is built once under
XINYIDAI_BENCH_DIR. Exit 1 when results differ or a bench cannot run.
"""

import dataclasses
import http.client
import json
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from flask_migrate import upgrade

from tests.credit_records.bench_collect import (
    collect_again,
    collect_peak_mib,
    collect_vs_copy,
    collect_vs_orm,
    records_page_p95_ms,
)
from tests.gate.bench_gate import gate_read_p95_ms
from tests.leads.bench_lead_search import lead_search_ms
from tests.ledger.bench_ledger import ledger_verify_1m_s, ledger_writers
from tests.matching.bench_matching import (
    match_batch_vs_dict,
    match_batch_vs_dict_kernel,
    match_explain_ms,
    match_online_vs_dict,
    match_online_vs_orm,
    match_reverse_ms,
)
from tests.matching.bench_product_change import match_product_change_ms
from tests.products.worlds import (
    TODAY,
    dice_of,
    random_product,
    random_subject,
    random_wish,
)
from tests.profiles.bench_indicators import (
    indicators_delta_share,
    indicators_vs_pandas,
    indicators_vs_scan,
)
from tests.scoring.bench_rescoring import rescore_dirty_share
from tests.scoring.bench_scoring import score_batch_vs_booster, score_row_vs_capi
from xinyidai.app import create_app
from xinyidai.kernel.settings import (
    DEMO_SECRET,
    Mode,
    Settings,
    child_environment,
    load_settings,
)
from xinyidai.matching.index import ProductIndex
from xinyidai.products.rules import assess
from xinyidai.products.values import Outcome, readings_of
from xinyidai.seeds import demo
from xinyidai.seeds.crowd import STORY_LOGIN
from xinyidai.seeds.parties import LOGINS, PASSWORD

CLIENTS = 4
REQUESTS = 200
PAGE_GOAL_MS = 150
RUNS = 7
START_SECONDS = 60
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

Row = dict[str, object]


def page_p95_ms() -> Row:
    """The slowest of the five first screens and the match list: p95 over four signed-in clients."""
    settings = _bench_settings()
    app = create_app(settings, guard=False)
    with app.app_context():
        upgrade()
        demo.seed_if_empty(_tell)
    worst: tuple[str, list[float]] = ("", [])
    with _serving(settings) as port:
        for path, login in _pages():
            times = _measure(port, path, login)
            p95 = statistics.quantiles(times, n=20)[-1]
            _tell(f"{path}: p95 {p95:.1f} ms, median {statistics.median(times):.1f} ms")
            if not worst[1] or p95 > statistics.quantiles(worst[1], n=20)[-1]:
                worst = (path, times)
    path, times = worst
    value = statistics.quantiles(times, n=20)[-1]
    return {
        "bench": "page_p95_ms",
        "value": round(value, 1),
        "unit": "ms",
        "baseline": PAGE_GOAL_MS,
        "ratio": round(PAGE_GOAL_MS / value, 2),
        "better": "lower",
        "n": len(times),
        "runs": CLIENTS,
        "min": round(min(times), 1),
        "max": round(max(times), 1),
        "page": path,
    }


def _pages() -> list[tuple[str, str]]:
    return [
        ("/enterprise", STORY_LOGIN),
        ("/enterprise/matches", STORY_LOGIN),
        ("/bank", LOGINS["yinhang1"]),
        ("/bank/products", LOGINS["yinhang3"]),
        ("/office", LOGINS["xinyongban1"]),
        ("/department", LOGINS["gongxin"]),
    ]


def _bench_settings() -> Settings:
    settings = load_settings()
    folder = settings.bench_dir / "city"
    return dataclasses.replace(
        settings, mode=Mode.DEMO, data=folder, secret_key=DEMO_SECRET, database_url=None
    )


@contextmanager
def _serving(settings: Settings) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "xinyidai", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=child_environment(settings), stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            client = _Client(port)
            client.get("/healthz")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")


class _Client:
    """One browser-like client: a kept connection and its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies: dict[str, str] = {}

    def get(self, path: str) -> str:
        return self._send("GET", path, None)

    def post(self, path: str, form: dict[str, str]) -> str:
        return self._send("POST", path, urlencode(form))

    def _send(self, method: str, path: str, body: str | None) -> str:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                self.cookies |= {k: m.value for k, m in SimpleCookie(value).items()}
        text = answer.read().decode()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{method} {path} answered {answer.status}")
        return text

    def sign_in(self, login: str) -> None:
        found = TOKEN.search(self.get("/sign-in"))
        if found is None:
            raise RuntimeError("the sign-in page has no token")
        form = {"login": login, "password": PASSWORD, "csrf_token": found.group(1)}
        self.post("/sign-in", form)


def _measure(port: int, path: str, login: str) -> list[float]:
    """Return the milliseconds of every request of four clients that ask at the same time."""
    clients = [_Client(port) for _ in range(CLIENTS)]
    for client in clients:
        client.sign_in(login)
        client.get(path)  # not counted: compiles templates and statements
    times: list[list[float]] = [[] for _ in clients]

    def ask(place: int) -> None:
        for _ in range(REQUESTS):
            started = time.perf_counter()
            clients[place].get(path)
            times[place].append((time.perf_counter() - started) * 1000)

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [value for values in times for value in values]


def match_index_vs_loop() -> Row:
    """One firm against 1,000 products: the compiled index against judging criterion by criterion."""
    dice = dice_of(3)
    products = [random_product(dice, number) for number in range(1000)]
    index = ProductIndex(products, "bench")
    firms = [readings_of(random_subject(dice), random_wish(dice), on=TODAY) for _ in range(40)]

    def ours() -> list[list[Outcome]]:
        verdicts = [index.judge(readings) for readings in firms]
        return [[verdict.of(place) for place in range(len(products))] for verdict in verdicts]

    def judged() -> None:
        for readings in firms:
            index.judge(readings)

    def loop() -> list[list[Outcome]]:
        return [
            [assess(product.criteria, readings).outcome for product in products]
            for readings in firms
        ]

    if ours() != loop():
        raise RuntimeError("index and loop differ")
    return _versus("match_index_vs_loop", judged, loop, per=len(firms))


def _versus(
    name: str, ours: Callable[[], object], baseline: Callable[[], object], *, per: int
) -> Row:
    """Run both in turns; microseconds for each of `per` items."""
    mine, theirs = [], []
    for _ in range(RUNS):
        mine.append(_microseconds(ours) / per)
        theirs.append(_microseconds(baseline) / per)
    value, other = statistics.median(mine), statistics.median(theirs)
    return {
        "bench": name,
        "value": round(value, 2),
        "unit": "us",
        "baseline": round(other, 2),
        "ratio": round(other / value, 2),
        "better": "lower",
        "n": per,
        "runs": RUNS,
        "min": round(min(mine), 2),
        "max": round(max(mine), 2),
    }


def _microseconds(function: Callable[[], object]) -> float:
    started = time.perf_counter()
    function()
    return (time.perf_counter() - started) * 1_000_000


def _tell(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


BENCHES: dict[str, Callable[[], Row]] = {
    "page_p95_ms": page_p95_ms,
    "match_index_vs_loop": match_index_vs_loop,
    "match_online_vs_orm": match_online_vs_orm,
    "match_online_vs_dict": match_online_vs_dict,
    "match_explain_ms": match_explain_ms,
    "match_batch_vs_dict": match_batch_vs_dict,
    "match_batch_vs_dict_kernel": match_batch_vs_dict_kernel,
    "match_reverse_ms": match_reverse_ms,
    "match_product_change_ms": match_product_change_ms,
    "lead_search_ms": lead_search_ms,
    "gate_read_p95_ms": gate_read_p95_ms,
    "ledger_verify_1m_s": ledger_verify_1m_s,
    "ledger_writers": ledger_writers,
    "collect_vs_orm": collect_vs_orm,
    "collect_vs_copy": collect_vs_copy,
    "collect_again": collect_again,
    "collect_peak_mib": collect_peak_mib,
    "records_page_p95_ms": records_page_p95_ms,
    "score_row_vs_capi": score_row_vs_capi,
    "score_batch_vs_booster": score_batch_vs_booster,
    "rescore_dirty_share": rescore_dirty_share,
    "indicators_vs_scan": indicators_vs_scan,
    "indicators_vs_pandas": indicators_vs_pandas,
    "indicators_delta_share": indicators_delta_share,
}


def main(arguments: list[str]) -> int:
    """Run the named benches, or all; return the exit code."""
    names = arguments or list(BENCHES)
    if unknown := [name for name in names if name not in BENCHES]:
        _tell(f"unknown bench {unknown[0]}; there are: {', '.join(BENCHES)}")
        return 2
    failed = False
    for name in names:
        try:
            print(json.dumps(BENCHES[name]()), flush=True)
        except RuntimeError as error:
            _tell(f"{name}: {error}")
            failed = True
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
