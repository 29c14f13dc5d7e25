"""Fingerprints of previews: how many people a change affects, and when that number has changed too much. Pure.

Small numbers must match exactly. With hundreds of people some book every minute and an exact match would make it
impossible to close a country, so a difference of one in fifty is tolerated.
"""

_EXACT_BELOW = 100
_ONE_IN = 50


def seal_of(people: int) -> str:
    return str(people)


def holds(seal: str, people: int) -> bool:
    """Whether ``people`` matches the number in the preview's fingerprint. False for a malformed one."""
    if not (seal.isascii() and seal.isdecimal()):
        return False
    shown = int(seal[:9])
    return shown == people or (shown >= _EXACT_BELOW and abs(people - shown) * _ONE_IN <= shown)
