"""An outline that keeps what it read before is that of the text as it is now."""

from hypothesis import given, settings
from hypothesis import strategies as st
from lsprotocol import types

from meshctl.lsp.outlines import Outlines
from tests.lsp.test_meanings import ROUTES, TOWN

UTF_16 = types.PositionEncodingKind.Utf16


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_an_edited_text_is_outlined_as_if_it_were_new(data: st.DataObject) -> None:
    kept, text = Outlines(), ROUTES
    for _ in range(3):
        at = data.draw(st.integers(0, len(text)))
        new = data.draw(
            st.sampled_from(["\n", "---\n", "# é𝄞\n", "\r\n", " ", "}", f"---\n{TOWN}"])
        )
        gone = data.draw(st.integers(0, 5))
        text = text[:at] + new + text[at + gone :]
        assert [*kept.symbols("a", text, UTF_16)] == [*Outlines().symbols("a", text, UTF_16)]


def test_texts_that_are_closed_are_forgotten() -> None:
    kept = Outlines()
    for uri in ("a", "b"):
        assert len([*kept.symbols(uri, ROUTES, UTF_16)]) == 4
    kept.forget_all_but({"b"})
    assert [*kept._known] == ["b"]
