"""An exported catalogue loads to the same state on both engines."""

import pytest

from tests.support.rows.catalogues import COUNTRY, load
from turnero.agencies.catalogue import export
from turnero.agencies.catalogue.load import load_catalogue_path
from turnero.agencies.catalogue.text import as_yaml
from turnero.core.paths import resource


@pytest.mark.parametrize("source", [COUNTRY, None], ids=["a small country", "the shipped catalogue"])
def test_what_is_written_out_loads_to_the_same_state(make_app, tmp_path, source):
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    path = resource("catalogue")
    if source:
        path = tmp_path / "source.yaml"
        path.write_text(source, encoding="utf-8")
    with make_app("sqlite"):
        load_catalogue_path(path)
        export.write_files(first)
    with make_app("sqlite"):
        load_catalogue_path(first)
        export.write_files(second)
        load_catalogue_path(path)
        assert as_yaml(export.exported()) == first.read_text(encoding="utf-8"), "the state is not the same"
    assert second.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")
    assert len(first.read_text(encoding="utf-8").splitlines()) > 20


def test_both_engines_write_the_same_text(make_app, tmp_path):
    texts = []
    for engine in ("sqlite", "postgresql"):
        with make_app(engine):
            load_catalogue_path(resource("catalogue"))
            texts.append(as_yaml(export.exported()))
    assert texts[0] == texts[1]


def test_into_a_folder_each_key_has_its_file(app, tmp_path):
    load(tmp_path, COUNTRY)
    whole = as_yaml(export.exported())
    folder = tmp_path / "out"
    folder.mkdir()
    files = export.write_files(folder)
    assert sorted(file.stem for file in files) == [
        "agencies", "decrees", "holidays", "lines", "policy", "procedures", "provinces",
    ]  # fmt: skip
    load_catalogue_path(folder)
    assert as_yaml(export.exported()) == whole
