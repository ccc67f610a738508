"""Rules of voluntary registration, pure: what a declaration needs before it is signed."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from xinyidai.catalogue.declarations import DeclarationCategory
from xinyidai.kernel.errors import InvalidInput

SHORTEST_WORDS = 5
LONGEST_WORDS = 1000
LONGEST_TEXT = 5000


def require_known(category: DeclarationCategory, names: Collection[str]) -> None:
    """Refuse fields that the category does not ask for.

    Raises:
        InvalidInput: naming each of them.

    """
    unknown = sorted(set(names) - {field.code for field in category.fields})
    if unknown:
        words = f"“{category.name}”没有这些填报项：{'、'.join(unknown)[:200]}。"
        raise InvalidInput(words, fields=dict.fromkeys(unknown, "没有这个填报项。"))


def kept_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed as a draft keeps it: without blanks around, NUL or excess."""
    return {name: text.replace("\x00", "").strip()[:LONGEST_TEXT] for name, text in texts.items()}


def content_faults(content: Mapping[str, Any], today: date) -> dict[str, str]:
    """Return a sentence for each field that contradicts another, or the day."""
    faults = {}
    until, issued = content.get("valid_until"), content.get("issued_on")
    if until is not None and until < today.isoformat():
        faults["valid_until"] = "证照已过有效期，请填报仍然有效的证照。"
    if until is not None and issued is not None and until < issued:
        faults["valid_until"] = "有效期不能早于发证日期。"
    done, signed = content.get("done_on"), content.get("signed_on")
    if content.get("performance") == "done" and done is None:
        faults["done_on"] = "已按约履行的，请填写履行完毕日期。"
    if done is not None and signed is not None and done < signed:
        faults["done_on"] = "履行完毕日期不能早于签订日期。"
    return faults


def files_fault(category: DeclarationCategory, count: int) -> dict[str, str]:
    """Return a sentence when evidence is lacking."""
    if count >= category.least_files:
        return {}
    return {"file": f"请至少上传 {category.least_files} 个附件：{category.evidence}。"}


def words_faults(name: str, words: str, ask: str) -> dict[str, str]:
    """Return a sentence when words that must be given are too few or too many."""
    if len(words.strip()) < SHORTEST_WORDS:
        return {name: f"{ask}，至少 {SHORTEST_WORDS} 个字。"}
    if len(words) > LONGEST_WORDS:
        return {name: f"最多 {LONGEST_WORDS} 个字。"}
    return {}
