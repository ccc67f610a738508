"""Use cases of accounts: open, sign in, sign out; a firm's people."""

from xinyidai.accounts.service.cleaning import clean_up
from xinyidai.accounts.service.clients import open_client, open_office_client
from xinyidai.accounts.service.opening import (
    NewAccount,
    SignUp,
    open_account,
    sign_up_enterprise,
)
from xinyidai.accounts.service.people import (
    LONGEST_MANDATE,
    NewAgent,
    add_agent,
    extend_mandate,
    stop_account,
)
from xinyidai.accounts.service.sessions import (
    SESSION_LIFE,
    WRONG,
    actor_of_session,
    count_failure,
    open_session,
    sign_in,
    sign_out,
    sign_out_everywhere,
    token_hash,
    unlock_account,
)
from xinyidai.accounts.service.signers import Signer, signer_of

__all__ = [
    "LONGEST_MANDATE",
    "SESSION_LIFE",
    "WRONG",
    "NewAccount",
    "NewAgent",
    "SignUp",
    "Signer",
    "actor_of_session",
    "add_agent",
    "clean_up",
    "count_failure",
    "extend_mandate",
    "open_account",
    "open_client",
    "open_office_client",
    "open_session",
    "sign_in",
    "sign_out",
    "sign_out_everywhere",
    "sign_up_enterprise",
    "signer_of",
    "stop_account",
    "token_hash",
    "unlock_account",
]
