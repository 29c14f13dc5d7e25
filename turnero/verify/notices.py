"""The mail with the code, rendered when it is sent, so that the code exists only then."""

from turnero.core import clock
from turnero.core.extensions import db
from turnero.core.keys import code_key
from turnero.notices.models import Notice
from turnero.notices.rendering import Mail
from turnero.verify.challenge import outstanding
from turnero.verify.code import code_of
from turnero.verify.models import Challenge


def code_mail(notice: Notice) -> Mail | None:
    """The mail of "challenge:<id>" (``code``, ``until`` in UTC), or None once the code is no longer valid."""
    challenge = db.session.get(Challenge, int(notice.subject.removeprefix("challenge:")))
    if challenge is None or challenge not in outstanding(challenge.journey, challenge.mailbox, clock.now()):
        return None
    return Mail("code", {"code": code_of(code_key(), challenge.nonce), "until": challenge.expires_at})
