"""``/admin``: the start page of administrators and supervisors, with their sections."""

from flask import Blueprint, Response, make_response

from turnero.administration import tasks
from turnero.administration.edit import reach
from turnero.administration.edit.decide import just_made
from turnero.agencies.catalogue import export
from turnero.agencies.catalogue.text import as_yaml
from turnero.core.language import gettext, gettext_noop
from turnero.staff.access import Role, staff_only
from turnero.web.page import render_page

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

# URL, name, and whether it concerns the whole institute.
_SECTIONS = (
    ("/admin/agencias", gettext_noop("Agencias"), False),
    ("/admin/tramites", gettext_noop("Trámites"), True),
    ("/admin/feriados", gettext_noop("Feriados"), True),
    ("/admin/cierres", gettext_noop("Cierres"), False),
    ("/admin/personal", gettext_noop("Personal"), False),
    ("/admin/equipos", gettext_noop("Equipos"), False),
    ("/admin/limites", gettext_noop("Límites"), True),
    ("/admin/correos", gettext_noop("Correos"), True),
    ("/admin/esperas", gettext_noop("Listas y sorteos"), False),
    ("/admin/quejas", gettext_noop("Quejas"), False),
    ("/admin/estadisticas", gettext_noop("Estadísticas"), False),
    ("/admin/registro", gettext_noop("Registro"), False),
)


@blueprint.get("")
@staff_only(Role.SUPERVISOR, Role.ADMIN)
def show_administration() -> Response:
    return render_page("administration/home.html", tasks=tasks.open_tasks(reach.only()), everywhere=reach.everywhere())


@blueprint.get("/catalogo.yaml")
@staff_only(Role.ADMIN)
def show_catalogue() -> Response:
    """The whole catalogue in one file for ``turnero catalogue load``."""
    answer = make_response(as_yaml(export.exported()))
    answer.headers["Content-Type"] = "application/yaml; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=catalogo.yaml"
    return answer


@blueprint.app_template_global()
def admin_sections() -> list[tuple[str, str]]:
    """URL and name of each section the member may open."""
    return [(path, gettext(name)) for path, name, whole in _SECTIONS if reach.everywhere() or not whole]


blueprint.add_app_template_global(just_made)
