"""Whoever has no pygls has no server, and is told that these tests didn't run."""

import pytest

pytest.importorskip("pygls", reason="the server needs pygls: install the extra lsp")
