"""`python -m xinyidai` is the same as `xinyidai`."""

from xinyidai.cli import main

main()
