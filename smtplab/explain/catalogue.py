"""Every sentence a learner reads, from one file a language (``languages/en.toml``).

A key is ``section.name``: a section belongs to one surface, a name may be anything that TOML can quote, such as
``450 RCPT``. Placeholders are plain names in braces. What is put in them is foreign text (a mailbox, a reply's words):
it is inserted as it is and never read as a format again.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

LANGUAGE = "en"

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@lru_cache
def _load(language: str) -> Mapping[str, Mapping[str, str]]:
    import tomllib  # only who reads a sentence pays for it

    path = Path(__file__).with_name("languages") / f"{language}.toml"
    sections: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8"))
    return sections


def text(key: str, **names: object) -> str:
    """One string, with its placeholders filled.

    Parameters
    ----------
    key : str
        Section and name, for example ``"verdict.yes"``.
    **names : object
        A value for each placeholder; more than the string has do no harm.

    Raises
    ------
    KeyError
        For a key the catalogue lacks, or a placeholder without a value; both are named.

    Examples
    --------
    >>> text("verdict.wrong-moment")
    'Wrong moment.'
    >>> text("effect.forward-path", list="{here}")
    'On the list now: {here}.'
    """
    section, _, name = key.partition(".")
    found = _load(LANGUAGE).get(section, {}).get(name)
    if found is None:
        raise KeyError(f"The catalogue has no text {key!r}.")

    def value(match: re.Match[str]) -> str:
        if match[1] not in names:
            raise KeyError(f"The text {key!r} needs a value for {match[1]!r}.")
        return str(names[match[1]])

    return _PLACEHOLDER.sub(value, found)


def texts(section: str) -> dict[str, str]:
    """All strings of one section by name, placeholders unfilled.

    Raises
    ------
    KeyError
        For a section the catalogue lacks.

    >>> sorted(texts("verdict"))
    ['more', 'no', 'no-reply', 'not-now', 'wrong-moment', 'yes']
    """
    try:
        return dict(_load(LANGUAGE)[section])
    except KeyError:
        raise KeyError(f"The catalogue has no section {section!r}.") from None


def has(key: str) -> bool:
    """True when the catalogue has this key."""
    section, _, name = key.partition(".")
    return name in _load(LANGUAGE).get(section, {})
