"""Whatever stands in an old object, it is migrated or noted; nothing raises, and no object vanishes."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meshctl.inspect.migration.answer import migrate_files
from meshctl.migrate.migration import CURRENT, GATEWAY_API
from meshctl.migrate.results import Target
from meshctl.settings import Settings
from meshctl.sources.file_documents import documents_of, mappings

CASES = sorted((Path(__file__).parent / "cases").glob("*/input.yaml"))
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 70_000), st.text(max_size=5), st.just("*"),
    st.just([]), st.just({}), st.just([None]), st.just([{"name": 1}]), st.just({"a": [1]}),
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path]
    if isinstance(value, dict):
        for key, child in value.items():
            found += places(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            found += places(child, (*path, index))
    return found


def with_junk(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    if isinstance(value, dict):
        return {**value, path[0]: with_junk(value[path[0]], path[1:], junk)}
    return [
        with_junk(child, path[1:], junk) if index == path[0] else child
        for index, child in enumerate(value)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_wrong_value(case: Path, tmp_path: Path, data: st.DataObject) -> None:
    objects = [*mappings(documents_of(case.read_text()))]
    number = data.draw(st.integers(0, len(objects) - 1))
    inner = [path for path in places(objects[number]) if path[:1] != ("kind",) and path]
    path = data.draw(st.sampled_from(inner))
    objects[number] = with_junk(objects[number], path, data.draw(JUNK))
    file = tmp_path / "new.yaml"
    file.write_text("---\n".join(f"{json.dumps(one)}\n" for one in objects))
    target = Target(GATEWAY_API if case.parent.name.startswith("gateway_api") else CURRENT)
    found = migrate_files([str(file)], Settings(), target, proves=False)
    for row in found.migration.rows:
        assert row.to or row.after is not None or row.notes, (row.resource.title, path)
    for one in mappings(documents_of(found.files[0].after)):
        assert isinstance(one.get("kind"), str) or one in objects
