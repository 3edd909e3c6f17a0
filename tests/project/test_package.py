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
    assert [] == [name for name in names if Path(name).name.startswith(("test_", "conftest"))]
    assert {"meshctl"} == {name.split("/")[0] for name in names if "dist-info" not in name}
