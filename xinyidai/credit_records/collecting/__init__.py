"""Collection of files, 归集: a department's rows become records in force, or get a reason.

`reading` → `mapping` → `validating` (→ `aggregating`) → `subjects` → `staging` → `changes` → the
door; or → `registering` for the register. `rejecting` tells the clerk what to do about what was
refused.
"""

from xinyidai.credit_records.collecting.collect import (
    Collection,
    collect_file,
    collect_in_blocks,
)
from xinyidai.credit_records.collecting.mapping import SourceMapping, load_mapping
from xinyidai.credit_records.collecting.requests import CollectionRequest

__all__ = [
    "Collection",
    "CollectionRequest",
    "SourceMapping",
    "collect_file",
    "collect_in_blocks",
    "load_mapping",
]
