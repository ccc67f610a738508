"""Reference data of a real installation: the offices that the catalogue names as sources."""

from collections.abc import Callable

from xinyidai.catalogue.kinds import DEPARTMENTS, KINDS
from xinyidai.catalogue.purposes import PURPOSES
from xinyidai.enterprises.reference import industries, regions
from xinyidai.institutions import queries
from xinyidai.institutions import service as institutions
from xinyidai.institutions.service import DepartmentFacts
from xinyidai.institutions.values import DepartmentKind
from xinyidai.kernel.actor import SYSTEM
from xinyidai.seeds import purposes

PROVINCE = "410000"  # until the operator enters the city's own offices


def seed(say: Callable[[str], None]) -> None:
    """Enter the offices that deliver records, 信源单位; what is there already is left alone."""
    new = 0
    for code, department in DEPARTMENTS.items():
        if queries.find_department_by_code(code) is None:
            facts = DepartmentFacts(
                code=code,
                name=department.name,
                kind=DepartmentKind.DEPARTMENT,
                region_code=PROVINCE,
            )
            institutions.add_department(SYSTEM, facts)
            new += 1
    say(f"信源单位 {len(DEPARTMENTS)} 个（新增 {new} 个），信息类别 {len(KINDS)} 类。")
    drafted = purposes.draft_shipped()
    say(f"用途模板 {len(PURPOSES)} 个（新增 {drafted} 个），新增的须由信用办两人批准后生效。")
    say(f"行政区划 {len(regions())} 个，行业 {len(industries())} 个，随程序提供，无需写入。")
