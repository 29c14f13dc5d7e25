"""Edits of accounts and devices as decisions; the resulting link is shown once and stored nowhere."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from turnero.administration.edit import parsing
from turnero.agencies.models import Agency
from turnero.core.errors import Refused
from turnero.core.language import gettext, gettext_noop
from turnero.staff import accounts, devices
from turnero.staff.accounts import ROLES, Post
from turnero.staff.actor import Actor
from turnero.staff.models import Account, Device
from turnero.verify.contact import parse_email
from turnero.web.fields import Fields

_ROLES_TYPED = {name: role for role, name in ROLES.items()}
KINDS = {"kiosco": "kiosk", "pantalla": "board"}
CAN_DO = {
    "window": gettext_noop("Verá la agenda de su agencia y atenderá turnos."),
    "supervisor": gettext_noop(
        "Verá la agenda y el control de su agencia, cambiará su horario y su personal de ventanilla."
    ),
    "admin": gettext_noop(
        "Cambiará agencias, trámites, personal y límites de todo el instituto. No verá datos de las personas."
    ),
}
_PAIRED_ANEW = {
    "paired": gettext_noop(
        "Ya hay un equipo vinculado con ese nombre. Sigue funcionando hasta que se abra el enlace; desde entonces "
        "funciona solo el equipo donde se abrió."
    ),
    "waiting": gettext_noop("Ese equipo ya espera su enlace: el anterior deja de servir."),
    "revoked": gettext_noop("Ese equipo está sin acceso: vuelve a funcionar cuando se abra el enlace."),
}


class OwnAccount(Refused):
    """Members cannot disable their own account."""

    code = "own_account"


@dataclass
class Inviting:
    """A new or reset account; ``path``: its activation link once made."""

    email: str
    post: Post
    where: str
    anew: bool = False
    path: str = field(default="", init=False)

    @property
    def summary(self) -> str:
        post = f"{gettext(ROLES[self.post.role])}{self.where}"
        if self.anew:
            return gettext("Restablece la cuenta %(email)s: %(post)s.", email=self.email, post=post)
        return gettext("Agrega la cuenta %(email)s: %(post)s.", email=self.email, post=post)

    def look(self) -> tuple[list[str], str]:
        """Preview. Raises AccountExists already here, as saving does."""
        if not self.anew:
            accounts.check_free(self.email)
        said = [
            gettext(CAN_DO[self.post.role]),
            gettext("Usted recibirá un enlace de activación que sirve una sola vez, durante 7 días."),
        ]
        if self.anew:
            said.append(gettext("Su clave de ahora deja de servir y sus sesiones terminan."))
        if self.post.role in accounts.WITH_TOTP:
            said.append(gettext("Para entrar usará además una aplicación de códigos."))
        return said, ""

    def make(self, seal: str, actor: Actor) -> int:
        if self.anew:
            token = accounts.reset(self.email, by=actor)
        else:
            token = accounts.add_account(self.email, self.post, by=actor)
        self.path = f"/agencia/activar/{token}"
        return 0


@dataclass(frozen=True)
class Disabling:
    email: str

    @property
    def summary(self) -> str:
        return gettext("Deshabilita la cuenta %(email)s.", email=self.email)

    def look(self) -> tuple[list[str], str]:
        return [gettext("Sus sesiones terminan enseguida."), gettext("Lo que hizo queda en el registro.")], ""

    def make(self, seal: str, actor: Actor) -> int:
        return accounts.disable(self.email, by=actor)


@dataclass
class Pairing:
    """A kiosk or board of an agency; ``path``: its pairing link once made."""

    name: str
    agency: Agency
    kind: str
    path: str = field(default="", init=False)

    @property
    def summary(self) -> str:
        kind = gettext(devices.KINDS[self.kind])
        return gettext("Vincula %(kind)s %(name)s en %(agency)s.", kind=kind, name=self.name, agency=self.agency.name)

    def look(self) -> tuple[list[str], str]:
        """Preview. Raises DeviceExists and NoSeriesLeft, as saving does."""
        said = [gettext("Usted recibirá un enlace para abrir una sola vez en ese equipo, durante 24 horas.")]
        present = devices.to_pair_anew(self.name, self.agency.id, self.kind)
        if present is not None:
            said.append(gettext(_PAIRED_ANEW[devices.state_key(present)]))
        return said, ""

    def make(self, seal: str, actor: Actor) -> int:
        self.path = f"/dispositivo/{devices.add_device(self.name, self.agency.id, self.kind, by=actor)}"
        return 0


@dataclass(frozen=True)
class Revoking:
    device: Device

    @property
    def summary(self) -> str:
        return gettext("Quita %(kind)s %(name)s.", kind=gettext(devices.KINDS[self.device.kind]), name=self.device.name)

    def look(self) -> tuple[list[str], str]:
        return [gettext("El equipo deja de funcionar enseguida. Puede vincularlo otra vez con el mismo nombre.")], ""

    def make(self, seal: str, actor: Actor) -> int:
        return devices.revoke(self.device.name, by=actor)


def inviting(form: Mapping[str, str], governed: Collection[Agency], *, everywhere: bool) -> Inviting:
    """``correo``, ``papel``, ``agencia``; a supervisor can add only window staff. Raises Faulty."""
    fields = Fields(form)
    email = fields.parsed("correo", parse_email)
    roles = _ROLES_TYPED if everywhere else {"ventanilla": "window"}
    role = fields.parsed("papel", parsing.one_of(roles))
    agency = None if role == "admin" else _agency(fields, governed)
    fields.check()
    assert email and role
    post = Post(roles[role], agency.id if agency else None)
    return Inviting(email.lower(), post, f", {agency.name}" if agency else "")


def pairing(form: Mapping[str, str], governed: Collection[Agency]) -> Pairing:
    """``nombre``, ``tipo``, ``agencia``. Raises Faulty."""
    fields = Fields(form)
    name = fields.parsed("nombre", parsing.text_line(60))
    kind = fields.parsed("tipo", parsing.one_of(KINDS))
    agency = _agency(fields, governed)
    fields.check()
    assert name and kind and agency
    return Pairing(name, agency, KINDS[kind])


def _agency(fields: Fields, governed: Collection[Agency]) -> Agency | None:
    known = {agency.slug: agency for agency in governed}
    slug = fields.parsed("agencia", parsing.one_of(known))
    return known[slug] if slug else None


def resetting(account: Account) -> Inviting:
    return Inviting(account.email, Post(account.role, account.agency_id), "", anew=True)
