"""Rows as a table, and lines."""

import io

from meshctl.output.lines import write_lines
from meshctl.output.table import write_table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    out = io.StringIO()
    write_table(("name", "port"), [("a-long-name", 80), (None, "")], out)
    expected = "NAME          PORT\na-long-name   80\n-             -\n"
    assert expected == out.getvalue()


def test_no_cell_commands_the_terminal() -> None:
    out = io.StringIO()
    write_table(("name",), [("a\x1b[2Jb\nc\u202e",)], out)
    assert "NAME\na\u241b[2Jb\u240ac\ufffd\n" == out.getvalue()


def test_lines_show_what_a_terminal_would_obey_and_indent_what_goes_on() -> None:
    out = io.StringIO()
    write_lines(["", "  web refuses LDS: no\x07\r\nbecause\x9b31m"], out)
    assert "\n  web refuses LDS: no\u2407\n    because\ufffd31m\n" == out.getvalue()


def test_a_table_without_rows_is_its_header() -> None:
    out = io.StringIO()
    write_table(("name",), [], out)
    assert "NAME\n" == out.getvalue()
