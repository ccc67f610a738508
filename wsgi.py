"""The WSGI application, for any server; nothing else."""

from xinyidai.app import create_app

app = create_app()
