"""Masking, 脱敏: what a page or a log shows of personal data by default."""

KEPT_OF_PHONE = 3
KEPT_OF_ID = 4
KEPT_OF_WORD = 2


def mask_name(name: str) -> str:
    """Keep the surname: 王小明 becomes 王**."""
    return name[:1] + "*" * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """Keep three digits in front and four behind."""
    if len(phone) <= KEPT_OF_PHONE + KEPT_OF_ID:
        return "*" * len(phone)
    return phone[:KEPT_OF_PHONE] + "****" + phone[-KEPT_OF_ID:]


def mask_id(number: str) -> str:
    """Keep the last four characters of an identity or account number."""
    if len(number) <= KEPT_OF_ID:
        return "*" * len(number)
    return "*" * (len(number) - KEPT_OF_ID) + number[-KEPT_OF_ID:]


def mask_value(value: str) -> str:
    """Keep the ends of anything else, for reports of rejected rows; of two characters the first."""
    if len(value) <= KEPT_OF_WORD:
        return value[:1] + "*" * (len(value) - 1)
    return value[0] + "*" * (len(value) - 2) + value[-1]
