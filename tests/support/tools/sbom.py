"""The list of parts that `make sbom` wrote, compared with the lock and with NOTICE."""

import json
import re
import sys
from pathlib import Path

from tests.support import ROOT

ITSELF = "turnero"


def locked() -> dict[str, str]:
    """Name → version of production's packages."""
    lock = (ROOT / "requirements" / "prod.txt").read_text()
    return dict(re.findall(r"^([a-z0-9-]+)==([^ \\;]+)", lock, re.MULTILINE))


def parts(bom: Path) -> dict[str, str]:
    """Name → version of the components of a CycloneDX file."""
    components = json.loads(bom.read_text())["components"]
    return {_normal(one["name"]): one["version"] for one in components if _normal(one["name"]) != ITSELF}


def without_licence(bom: Path) -> list[str]:
    return [one["name"] for one in json.loads(bom.read_text())["components"] if not one.get("licenses")]


def faults(bom: Path) -> list[str]:
    """Differences between the list and the lock or NOTICE."""
    listed, wanted = parts(bom), locked()
    named = set(re.findall(r"[a-z0-9-]+", (ROOT / "NOTICE").read_text()))
    return [
        *(f"{name}: in the list, not in the lock" for name in sorted(listed.keys() - wanted.keys())),
        *(f"{name}: in the lock, not in the list" for name in sorted(wanted.keys() - listed.keys())),
        *(
            f"{name}: {listed[name]}, locked {wanted[name]}"
            for name in listed
            if wanted.get(name, listed[name]) != listed[name]
        ),
        *(f"{name}: not in NOTICE" for name in sorted(listed.keys() - named)),
        *(f"{name}: no licence" for name in without_licence(bom)),
    ]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(folder: Path) -> int:
    bom = folder / "turnero.cdx.json"
    if found := faults(bom):
        print(*found, sep="\n")
        return 1
    print(f"{len(parts(bom))} libraries, the same in the lock and in NOTICE: {bom} and {folder / 'licences.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
