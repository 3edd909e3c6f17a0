"""Builds everything that a release has into dist/: ``make release`` runs it after the checks.

Packages, a program of one file and the archive of krew for this platform, pages of the manual, the
manifests of krew and Homebrew, the parts list (CycloneDX), and the checksums of all of them.
"""

import gzip
import hashlib
import io
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from pathlib import Path

import yaml
from locked import ROOT, runtime

from meshctl import __version__
from meshctl.distribution import NAME

DIST = ROOT / "dist"
BUILD = ROOT / "build" / "release"
DOWNLOADS = "https://git.example.com/meshctl/releases"
SYSTEMS = {"linux": "linux", "macosx": "darwin"}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def run(*command: str | Path) -> None:
    """Run a tool in the repository; a failure ends the release."""
    subprocess.run([str(part) for part in command], cwd=ROOT, check=True)


def platform() -> tuple[str, str]:
    """Name this platform as Go does: ``linux``, ``amd64``."""
    system, *_, machine = sysconfig.get_platform().replace("x86_64", "x86.64").split("-")
    return SYSTEMS[system], MACHINES[machine.replace("x86.64", "x86_64")]


def packages() -> Path:
    """Build the source package and the wheel."""
    run(sys.executable, "-m", "hatchling", "build", "-d", DIST)
    return next(DIST.glob("*.whl"))


def single_file(wheel: Path, lock: Path) -> Path:
    """Pack meshctl and what it needs into one file, for this platform and this version of Python."""
    site = BUILD / "site"
    install = (sys.executable, "-m", "pip", "install", "--quiet", "--target", site)
    run(*install, "--require-hashes", "-r", lock)
    run(*install, "--no-deps", "--upgrade", wheel)
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    program = DIST / f"meshctl-{__version__}-{'-'.join(platform())}-{python}.pyz"
    run(
        sys.executable, "-m", "shiv", "--site-packages", site, "-c", "meshctl", "--reproducible",
        "-p", f"/usr/bin/env {python}", "-o", program,
    )  # fmt: skip
    return program


def archive(name: str, members: dict[str, Path]) -> Path:
    """Write an archive that has the same bytes whenever it is made of the same files."""
    target = DIST / name
    with target.open("wb") as raw, gzip.GzipFile("", "wb", mtime=0, fileobj=raw) as packed:
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for inside, file in sorted(members.items()):
                entry = tarfile.TarInfo(inside)
                data = file.read_bytes()
                entry.size, entry.mode = len(data), 0o755 if file.suffix == ".pyz" else 0o644
                tar.addfile(entry, io.BytesIO(data))
    return target


def krew_manifest(archives: list[Path]) -> str:
    """Fill the manifest of krew in: one platform for each archive."""
    manifest = yaml.safe_load((ROOT / "packaging/krew/mesh.yaml").read_text())
    manifest["spec"]["version"] = f"v{__version__}"
    manifest["spec"]["platforms"] = [_platform_of(file) for file in archives]
    return yaml.safe_dump(manifest, sort_keys=False, width=100)


def _platform_of(file: Path) -> dict:
    system, machine = file.name.removesuffix(".tar.gz").split("-")[-2:]
    return {
        "selector": {"matchLabels": {"os": system, "arch": machine}},
        "uri": f"{DOWNLOADS}/v{__version__}/{file.name}",
        "sha256": sha256(file),
        "files": [{"from": name, "to": "."} for name in ("kubectl-mesh", "LICENSE")],
        "bin": "kubectl-mesh",
    }


def formula(source: Path) -> str:
    """Fill the formula of Homebrew in."""
    text = (ROOT / "packaging/homebrew/meshctl.rb").read_text()
    return text.replace("{version}", __version__).replace("{sha256}", sha256(source))


def parts_list(lock: Path) -> None:
    """Write what the program of one file is made of, as CycloneDX."""
    run(
        "cyclonedx-py", "requirements", "--pyproject", "pyproject.toml", "--output-reproducible",
        "--of", "JSON", "-o", DIST / f"meshctl-{__version__}.cdx.json", lock,
    )  # fmt: skip


def sha256(file: Path) -> str:
    """Compute the checksum of a file, in hex."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main() -> None:
    """Build dist/ anew."""
    for directory in (DIST, BUILD):
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True)
    lock = BUILD / "requirements.txt"
    lock.write_text("\n".join(one.text for one in runtime(("cluster",))) + "\n")
    program = single_file(packages(), lock)
    kubectl = "-".join(("kubectl-mesh", *platform()))
    plugin = archive(f"{kubectl}.tar.gz", {"kubectl-mesh": program, "LICENSE": ROOT / "LICENSE"})
    (DIST / "mesh.yaml").write_text(krew_manifest([plugin]))
    (DIST / "meshctl.rb").write_text(formula(DIST / f"{NAME}-{__version__}.tar.gz"))
    parts_list(lock)
    pages = {f"man1/{file.name}": file for file in (ROOT / "build/man").glob("*.1")}
    archive(f"meshctl-{__version__}-man.tar.gz", pages)
    sums = [f"{sha256(file)}  {file.name}\n" for file in sorted(DIST.iterdir())]
    (DIST / "SHA256SUMS").write_text("".join(sums))
    sys.stdout.write("".join(sums))


if __name__ == "__main__":
    main()
