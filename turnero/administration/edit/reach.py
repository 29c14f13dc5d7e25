"""The scope of a member: an admin governs everything, a supervisor their own agency."""

from turnero.agencies import queries as agencies
from turnero.agencies.models import Agency
from turnero.core.errors import NotFound
from turnero.core.extensions import db
from turnero.staff.access import Role, member


def everywhere() -> bool:
    """Whether the signed-in member governs the whole institute."""
    return member().role is Role.ADMIN


def theirs(slug: str) -> Agency:
    """The agency, if the member governs it. Raises NotFound."""
    found = agencies.agency(slug)
    require_governed(found.id)
    return found


def require_governed(agency_id: int | None) -> None:
    """Raises NotFound unless the member governs the agency (None: what belongs to no agency)."""
    if not everywhere() and agency_id != member().agency_id:
        raise NotFound


def agencies_governed() -> list[Agency]:
    """The governed agencies, by name."""
    return agencies.agencies() if everywhere() else [db.session.get_one(Agency, member().agency)]


def only() -> int | None:
    """The only agency whose rows the member may see; None means all."""
    return None if everywhere() else member().agency
