"""Read firms back from columns, to hold what is computed on columns to plain readings."""

import numpy as np

from xinyidai.matching.columns import WORD, CodeColumn, NumberColumn
from xinyidai.products.values import NO_RECORD


def readings_at(firms, place):
    """Return one firm's readings; a cause of missing is always 无记录."""
    return {code: _reading(column, place) for code, column in firms.columns.items()}


def _reading(column, place):
    if isinstance(column, CodeColumn):
        return column.readings[int(column.codes[place])]
    if isinstance(column, NumberColumn):
        value = float(column.values[place])
        return NO_RECORD if np.isnan(value) else value
    if column.gaps[place]:
        return NO_RECORD
    return frozenset(
        tag
        for n, tag in enumerate(column.tags)
        if int(column.words[n // WORD][place]) >> n % WORD & 1
    )
