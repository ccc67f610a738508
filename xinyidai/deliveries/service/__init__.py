"""Use cases of deliveries: receive, examine, confirm, collect; sources, push, pull, drop folder."""

from xinyidai.deliveries.policies import may_deliver
from xinyidai.deliveries.service.calls import timed
from xinyidai.deliveries.service.collecting import run_collection, work_on
from xinyidai.deliveries.service.confirming import (
    cancel,
    cleaned_options,
    confirm,
    fields_of,
    propose_as,
    strange_options,
    targets_of,
)
from xinyidai.deliveries.service.examining import examine
from xinyidai.deliveries.service.keeping import clean_up, tell_given_up
from xinyidai.deliveries.service.kinds import kinds_for
from xinyidai.deliveries.service.pulling import pull, pull_all
from xinyidai.deliveries.service.pushing import authenticate, push, spend_nonce
from xinyidai.deliveries.service.reading import (
    all_rejections,
    list_of_city,
    list_own,
    pushed_rejections,
    read_delivery,
    read_pushed,
    rejections_of,
    require_department,
)
from xinyidai.deliveries.service.receiving import Claim, ensure_source, receive, upload
from xinyidai.deliveries.service.sources import (
    add_key,
    list_sources,
    read_source,
    register_source,
    retire_key,
    set_enabled,
    set_gateway,
)
from xinyidai.deliveries.service.sweeping import inbox, sweep
from xinyidai.deliveries.store import Readable

__all__ = [
    "Claim",
    "Readable",
    "add_key",
    "all_rejections",
    "authenticate",
    "cancel",
    "clean_up",
    "cleaned_options",
    "confirm",
    "ensure_source",
    "examine",
    "fields_of",
    "inbox",
    "kinds_for",
    "list_of_city",
    "list_own",
    "list_sources",
    "may_deliver",
    "propose_as",
    "pull",
    "pull_all",
    "push",
    "pushed_rejections",
    "read_delivery",
    "read_pushed",
    "read_source",
    "receive",
    "register_source",
    "rejections_of",
    "require_department",
    "retire_key",
    "run_collection",
    "set_enabled",
    "set_gateway",
    "spend_nonce",
    "strange_options",
    "sweep",
    "targets_of",
    "tell_given_up",
    "timed",
    "upload",
    "work_on",
]
