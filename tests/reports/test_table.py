"""Rows as a table."""

import io

from meshctl.reports.table import write_table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    out = io.StringIO()
    write_table(("name", "port"), [("a-long-name", 80), (None, "")], out)
    expected = "NAME          PORT\na-long-name   80\n-             -\n"
    assert expected == out.getvalue()


def test_a_table_without_rows_is_its_header() -> None:
    out = io.StringIO()
    write_table(("name",), [], out)
    assert "NAME\n" == out.getvalue()
