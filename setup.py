"""Packaging: the daemon, its twistd plugin, the built client and the settings' example."""

from __future__ import annotations

from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).parent
BUILT = "static/built"


def requirements(name: str) -> list[str]:
    """Return the lines of a file in etc/ that name a requirement."""
    lines = (HERE / "etc" / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def data_files() -> list[tuple[str, list[str]]]:
    """Return the built client and etc/ by folder; an editable install finds them in the checkout instead."""
    found: dict[str, list[str]] = {}
    for base in (BUILT, "etc"):
        for path in sorted((HERE / base).rglob("*")):
            if path.is_file():
                folder = f"share/sagews/{path.parent.relative_to(HERE).as_posix()}"
                found.setdefault(folder, []).append(path.relative_to(HERE).as_posix())
    return sorted(found.items())


setup(
    name="sagews",
    version="0.1.0",
    description="Sage Workspaces: mathematics in the browser, computed in jailed, forked sessions",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    python_requires=">=3.11",
    # Without this line an editable install hides the plugin from twistd.
    package_dir={"": "."},
    packages=[*find_packages(include=["sagews", "sagews.*"]), "twisted.plugins"],
    package_data={"sagews.store": ["migrations/*.py", "migrations/*.mako", "migrations/versions/*.py"]},
    data_files=data_files(),
    install_requires=requirements("requirements.txt"),
    extras_require={
        "session": requirements("environment-python.txt"),
        "sage": [*requirements("environment-python.txt"), *requirements("environment-sage.txt")],
        "test": requirements("requirements-test.txt"),
    },
    entry_points={"console_scripts": ["sagews = sagews.cli.main:main"]},
    zip_safe=False,
)
