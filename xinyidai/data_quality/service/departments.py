"""Which department a source is, 信源对应部门: by name or code, and never by guessing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from xinyidai.catalogue.kinds import DEPARTMENTS
from xinyidai.data_quality.values import UNASSIGNED, UNASSIGNED_NAME
from xinyidai.institutions import queries as institutions

BRACKETED = re.compile(r"[（(][^）)]*[）)]")


@dataclass(frozen=True)
class Directory:
    """The departments of the city: whose deliveries a source's are, names, ids."""

    by_source: Mapping[str, str]
    names: Mapping[str, str]
    ids: Mapping[str, UUID]
    organs: Mapping[str, str]

    def code_of(self, source: str) -> str:
        """Return the code of the department that a source is, empty when it is none."""
        return self.by_source.get(source.strip(), UNASSIGNED)

    def name_of(self, code: str) -> str:
        """Return what a department is called."""
        return self.names.get(code, UNASSIGNED_NAME if code == UNASSIGNED else code)


def read_directory() -> Directory:
    """Return the catalogue's departments, and the offices of the city by name and code."""
    by_source = {code: code for code in DEPARTMENTS}
    by_source |= {one.name: code for code, one in DEPARTMENTS.items()}
    names = {code: one.name for code, one in DEPARTMENTS.items()}
    ids: dict[str, UUID] = {}
    organs: dict[str, str] = {}
    for office in institutions.list_departments():
        by_source |= {office.code: office.code, office.name: office.code}
        names[office.code] = office.name
        ids[office.code] = office.id
        organs.setdefault(bare(office.name), office.code)
    return Directory(by_source, names, ids, organs)


def bare(name: str) -> str:
    """Return a name without what stands in brackets, as organs write themselves in records."""
    return BRACKETED.sub("", name.strip())
