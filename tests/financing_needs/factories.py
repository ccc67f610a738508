"""What a firm of the tests wants to borrow."""

from tests.matching.factories import WISH
from xinyidai.financing_needs.values import NeedFacts

NEED = NeedFacts(WISH, "购买原材料")
