"""Catalogues for tests: short texts, a small country, and what is wrong in a file."""

from pathlib import Path

import pytest

from turnero.agencies.catalogue import reading
from turnero.agencies.catalogue.entries import Catalogue
from turnero.agencies.catalogue.load import load_catalogue_path
from turnero.agencies.catalogue.schema import Known
from turnero.core.problems import FileInvalid

LOADED = Known(
    provinces=frozenset({"17", "20"}),
    lines=frozenset({"cartera", "gestion-documental"}),
    procedures=frozenset({"notificacion-de-glosas"}),
    agencies=frozenset({"quito-centro"}),
)
COUNTRY = """
policy: {hold_minutes: 7}
provinces: [{code: "17", name: Pichincha, capital: Quito, zone: America/Guayaquil}]
lines: [{slug: cartera, name: Cartera}, {slug: gestion-documental, name: Gestión Documental}]
procedures:
  - {slug: glosas, name: Glosas, line: cartera, channel: ambos, minutes: 20, term_days: 8, sheet: {cost: Ninguno}}
  - {slug: impugnacion, name: Impugnación, line: gestion-documental, channel: presencial, minutes: 40}
agencies:
  - slug: quito
    name: Quito
    province: "17"
    canton: Quito
    policy: {horizon_days: 10}
    hours:
      - {days: [mon, tue], open: "08:00", close: "13:00"}
      - {days: [mon], open: "14:00", close: "24:00", from: 2026-01-01, to: 2026-12-31}
    desks:
      - {line: cartera, windows: 2, slot_minutes: 20}
      - {line: cartera, windows: 3, slot_minutes: 30, from: 2027-01-01}
      - {line: gestion-documental, windows: 1, slot_minutes: 20, from: 2026-01-01}
    days: [{date: 2026-12-24, line: cartera, windows: 1}]
holidays: [{date: 2026-12-06, name: Fundación de Quito, province: "17", canton: Quito, confirmed: true}]
decrees:
  - {date: 2026-01-02, name: Puente, scope: national, basis: Decreto 249}
  - {date: 2026-03-02, name: Erupción, scope: canton, province: "17", canton: Quito, recoverable: true}
  - {date: 2026-03-03, name: Inundación, scope: agency, agency: quito}
"""

QUITO = 'slug: quito, name: Quito, province: "17", canton: Quito'
GLOSAS = "slug: glosas, name: Glosas, line: cartera, channel: ambos, minutes: 20"


def read(tmp_path: Path, text: str) -> Catalogue:
    """What a file says that may name all of ``LOADED``."""
    return reading.read_catalogue(_written(tmp_path, text), LOADED)


def load(tmp_path: Path, text: str) -> None:
    """Load a text as if it were a file."""
    load_catalogue_path(_written(tmp_path, text))


def problems_of(tmp_path: Path, text: str) -> list[tuple[int, str]]:
    """The line and the words of every fault of a file."""
    with pytest.raises(FileInvalid) as caught:
        read(tmp_path, text)
    assert {problem.file for problem in caught.value.problems} == {str(tmp_path / "catalogue.yaml")}
    return [(problem.line, problem.text) for problem in caught.value.problems]


def in_agency(*parts: str) -> str:
    """One agency on the second line of a file, with these parts besides the necessary ones."""
    return f"agencies:\n- {{{QUITO}, {', '.join(parts)}}}\n"


def _written(folder: Path, text: str) -> Path:
    file = folder / "catalogue.yaml"
    file.write_text(text, encoding="utf-8")
    return file
