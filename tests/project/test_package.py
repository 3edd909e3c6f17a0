"""What does the wheel hold?"""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_wheel_holds_the_program_and_no_tests(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "meshctl/py.typed" in names
    assert any(name.startswith("meshctl/cases/gateway/") for name in names)
    ours = (file for file in (ROOT / "meshctl").rglob("*") if file.suffix not in {".pyc", ""})
    assert {file.relative_to(ROOT).as_posix() for file in ours} <= set(names)
    published = (file.relative_to(ROOT) for file in (ROOT / "schemas").rglob("*.json"))
    assert {f"meshctl/{file.as_posix()}" for file in published} <= set(names)
    assert [] == [name for name in names if Path(name).name.startswith(("test_", "conftest"))]
    assert {"meshctl"} == {name.split("/")[0] for name in names if "dist-info" not in name}


def test_users_get_what_the_tests_run_with() -> None:
    pinned = (ROOT / "requirements.lock").read_text().splitlines()
    users = (ROOT / "requirements-users.lock").read_text().splitlines()
    versions = [line for line in users if "==" in line]
    assert len(versions) > 10
    assert set(versions) <= set(pinned)
