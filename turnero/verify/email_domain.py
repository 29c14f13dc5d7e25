"""Suggests corrections for misspelt domains of common mail providers in Ecuador."""

_POPULAR = (
    "gmail.com",
    "hotmail.com",
    "hotmail.es",
    "outlook.com",
    "outlook.es",
    "yahoo.com",
    "yahoo.es",
    "icloud.com",
)

# These have no other top-level domain: gmail.ec and gmail.com.ec do not exist.
_ONE_ENDING = {"gmail": "gmail.com", "icloud": "icloud.com"}

# Real domains that resemble a misspelt popular one.
_OTHERS = {"mail.com", "email.com", "ymail.com", "hotmail.se", "yahoo.se", "outlook.se"}


def suggest_domain(email: str) -> str | None:
    """The popular domain that was probably meant (``gmial.com`` → ``gmail.com``), or None."""
    domain = email.rpartition("@")[2].lower()
    if domain in _POPULAR or domain in _OTHERS:
        return None
    near = [popular for popular in _POPULAR if _is_slip(domain, popular)]
    guess = min(near, key=lambda popular: distance(domain, popular), default=None)
    return guess or _ONE_ENDING.get(_name(domain))


def _is_slip(domain: str, popular: str) -> bool:
    edits = distance(domain, popular)
    if edits != 2:
        return edits < 2
    # Two edits after the whole name may be another country (hotmail.fr); another initial, another company (small.com).
    return domain[0] == popular[0] and _name(domain) != _name(popular)


def _name(domain: str) -> str:
    return domain.partition(".")[0]


def distance(one: str, other: str) -> int:
    """Damerau-Levenshtein distance: insertions, deletions, changes and swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, above[j - 2] + 1)
            row.append(cost)
    return row[-1]
