"""信易贷: a city's credit-backed financing platform for small firms."""

__version__ = "0.1.0"
