import json

import pytest

from xinyidai.kernel.errors import InvalidInput
from xinyidai.kernel.settings import package_path
from xinyidai.scoring.training.spec import read_spec, spec_from, spec_json

MINIMAL = {"code": "t", "label": {"column": "y"}}


@pytest.mark.parametrize(
    "path", sorted(package_path("models").glob("specs/*.yaml")), ids=lambda path: path.stem
)
def test_every_shipped_specification_reads_and_is_named_after_its_model(path):
    spec = read_spec(path)
    assert spec.code == path.stem
    assert spec_from(json.loads(json.dumps(spec_json(spec)))) == spec


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"folds": 1},
        {"folds": "five"},
        {"state": "active"},
        {"missing": "ignored"},
        {"code": "../up"},
        {"min_core": 1},
        {"features": [{"name": "y"}]},
        {"features": [{"name": "x"}, {"name": "x"}]},
        {"features": [{"name": "x", "monotone": 2}]},
        {"features": [{"name": "x", "monotone": 1}]},
        {"features": [{"name": "x"}], "missing": "placed"},
        {"features": [{"name": "x"}], "exclude": ["x"]},
        {"label": {"colum": "y"}},
    ],
)
def test_a_specification_with_a_mistake_is_refused(changes):
    with pytest.raises(InvalidInput):
        spec_from(MINIMAL | changes)
