"""Are the published schemas those that the code describes?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from meshctl.output.findings.schema import schema_text
from meshctl.output.schemas import schemas

SCHEMAS = Path(__file__).parents[2] / "schemas"


def test_report_schema_is_up_to_date(golden: Callable[[Path, str], None]) -> None:
    golden(SCHEMAS / "report-v1.json", schema_text())


@pytest.mark.parametrize("name", sorted(schemas()))
def test_schemas_of_answers_are_up_to_date(golden: Callable[[Path, str], None], name: str) -> None:
    golden(SCHEMAS / name, schemas()[name])
