"""Collection of files, 归集: a department's rows become records in force, or get a reason.

`reading` → `mapping` → `validating` (→ `aggregating`) → `subjects` → `staging` → the door; or
→ `registering` for the register. `rejecting` tells the clerk what to do about what was refused.
"""

from xinyidai.credit_records.collecting.collect import (
    Collection,
    CollectionRequest,
    collect_file,
)
from xinyidai.credit_records.collecting.mapping import SourceMapping, load_mapping

__all__ = ["Collection", "CollectionRequest", "SourceMapping", "collect_file", "load_mapping"]
