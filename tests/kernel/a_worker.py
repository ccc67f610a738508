"""A worker with jobs that only tests have: `python a_worker.py FOLDER [until-empty]`.

Settings come from the environment, as for every process. Jobs leave notes in the folder. There
are no slices in it, so that it starts quickly.
"""

import sys
import time
from pathlib import Path

from flask import Flask

from xinyidai.kernel import jobs
from xinyidai.kernel.db import db
from xinyidai.kernel.logs import configure_logs
from xinyidai.kernel.settings import load_settings

FAST = jobs.Pace(heartbeat=0.2, silence=3, rescue=0.5, poll=0.3, retry=1, backoff=0.2)
NAMES = ("test.note", "test.fail", "test.linger")


def main(folder: Path, *, until_empty: bool) -> None:
    """Work on the database that the environment names."""
    register(folder)
    configure_logs()
    app = Flask("worker")
    url = load_settings().database_url
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    db.init_app(app)
    jobs.run_worker(app, url, until_empty=until_empty, pace=FAST)


def register(folder: Path) -> None:
    """Make the jobs."""

    def write(word: str) -> None:
        with (folder / "notes").open("a") as file:
            file.write(word + "\n")

    @jobs.job("test.note")
    def note(word: str) -> None:
        write(word)

    @jobs.job("test.fail")
    def fail() -> None:
        write("tried")
        raise ZeroDivisionError

    @jobs.job("test.linger")
    def linger() -> None:
        """Take for ever the first time, no time afterwards."""
        first = not (folder / "notes").exists()
        write("begun")
        time.sleep(600 if first else 0)
        write("done")

    @jobs.job("test.minutely", cron="* * * * *")
    def minutely() -> None:
        (folder / "minutely").touch()


if __name__ == "__main__":
    main(Path(sys.argv[1]), until_empty="until-empty" in sys.argv)
