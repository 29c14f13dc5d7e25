"""Locates shipped files in the installed package or at the top of a checkout."""

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


def resource(name: str) -> Path:
    """The folder ``name`` (templates, static, migrations, catalogue) of this installation."""
    packaged = _PACKAGE / name
    return packaged if packaged.exists() else _PACKAGE.parent / name
