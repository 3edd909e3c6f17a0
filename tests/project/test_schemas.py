"""Are the published schemas those that the code describes?"""

from collections.abc import Callable
from pathlib import Path

from meshctl.output.findings.schema import schema_text

SCHEMAS = Path(__file__).parents[2] / "schemas"


def test_report_schema_is_up_to_date(golden: Callable[[Path, str], None]) -> None:
    golden(SCHEMAS / "report-v1.json", schema_text())
