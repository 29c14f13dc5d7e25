"""What goes with a preview: how many people it touches, and until when that holds while others book. Pure.

Few people are counted exactly. Where hundreds are touched some book every minute, and a form that is refused each time
could never close a country: there one in fifty more or less is no news.
"""

_EXACT_BELOW = 100
_ONE_IN = 50


def seal_of(people: int) -> str:
    return str(people)


def holds(seal: str, people: int) -> bool:
    """Whether ``people`` is what somebody was shown. Anything but a seal holds for nobody."""
    if not (seal.isascii() and seal.isdecimal()):
        return False
    shown = int(seal[:9])
    return shown == people or (shown >= _EXACT_BELOW and abs(people - shown) * _ONE_IN <= shown)
