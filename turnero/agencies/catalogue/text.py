"""Writing YAML as a person would: block style, short records on one line, quotes where YAML 1.1 would misread."""

import re
from typing import Any

import yaml

_WIDTH = 110
_MISREAD = re.compile(r"[0-9][0-9:]*")


class OneLine(dict[str, Any]):
    """A record that is written as {key: value, …}."""


def as_yaml(content: dict[str, Any]) -> str:
    """The text of a file; keys keep their order."""
    text: str = yaml.dump(
        content, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_WIDTH, default_flow_style=False
    )
    return text


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: FBT002 (the library asks)
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def text(self, value: str) -> yaml.ScalarNode:
        # All codes and hours alike: YAML would leave 08 and 08:00 bare, but not 01 and 17:00.
        return self.represent_scalar("tag:yaml.org,2002:str", value, style='"' if _MISREAD.fullmatch(value) else None)

    def numbers_in_line(self, values: list[Any]) -> yaml.SequenceNode:
        numbers = all(isinstance(value, int) for value in values)
        return self.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=numbers)

    def one_line(self, record: OneLine) -> yaml.MappingNode:
        return self.represent_mapping("tag:yaml.org,2002:map", record.items(), flow_style=True)


_Dumper.add_representer(str, _Dumper.text)
_Dumper.add_representer(list, _Dumper.numbers_in_line)
_Dumper.add_representer(OneLine, _Dumper.one_line)
