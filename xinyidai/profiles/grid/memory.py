"""The indicators of some firms whose records are in memory: the product's own batch."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from xinyidai.catalogue.missing import Missing
from xinyidai.profiles import engine_duckdb, rules
from xinyidai.profiles.grid.batches import Batch, from_arrow, register_from_arrow
from xinyidai.profiles.grid.evaluating import Array, TooLarge
from xinyidai.profiles.grid.filling import Cube, Grid
from xinyidai.profiles.grid.finishing import CAUSES, Block, Column, Finisher, form_of, listed
from xinyidai.profiles.grid.planning import Plan, plan
from xinyidai.profiles.rules import Reading
from xinyidai.profiles.values import ProfileFacts


@dataclass(frozen=True)
class Finished:
    """The indicators of some firms in the order of `ids`."""

    ids: Array
    block: Block | None
    facts: Mapping[str, ProfileFacts]

    def profiles(self) -> Iterator[ProfileFacts]:
        """Yield the firms as `rules.finish` returns them."""
        if self.block is None:
            yield from self.facts.values()
        else:
            yield from self.block.profiles(self.ids)

    def column(self, code: str) -> Column:
        """Return one indicator of all the firms."""
        if self.block is not None:
            return self.block.column(code)
        return column_of(code, self.facts.values())


def column_of(code: str, facts: Iterable[ProfileFacts]) -> Column:
    """Return one indicator of finished firms as a column."""
    values = [entry.values[code].value for entry in facts]
    causes = [CAUSES.index(v.cause) if isinstance(v, Missing) else 0 for v in values]
    numbers = listed(form_of(code), [None if isinstance(v, Missing) else v for v in values])
    return Column(numbers.form, numbers.values, np.array(causes, np.uint8))


def finish_tables(
    records: pa.Table, firms: pa.Table, reading: Reading, chosen: Plan | None = None
) -> Finished:
    """Compute all indicators of the firms; both tables as `record_export.read_tables` returns them.

    What the grid cannot hold is computed by the one SQL statement, to the same digits.
    """
    chosen = chosen or plan()
    ids, register = register_from_arrow(firms)
    try:
        grid = None if chosen.left else _filled(records, ids, reading, chosen)
    except TooLarge:
        grid = None
    if grid is None:
        raws = engine_duckdb.read_all(records, firms, reading.as_of)
        facts = {str(raw.enterprise_id): rules.finish(raw, reading) for raw in raws}
        return Finished(ids, None, {name: facts[name] for name in ids.astype("U").tolist()})
    return Finished(ids, Finisher(grid, register, reading).block(slice(None)), {})


def _filled(records: pa.Table, ids: Array, reading: Reading, chosen: Plan) -> Grid:
    grid = Grid(chosen, reading.as_of, Cube.blank(chosen, len(ids)))
    owners, batch = from_arrow(chosen, records)
    if len(owners):
        grid.add(Batch(np.searchsorted(ids, owners), batch.columns))
    return grid
