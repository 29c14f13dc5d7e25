"""The A4 sheet, read back as a person, a scanner and a reading program do."""

import unicodedata
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from tests.support.inspection.papers import picture_of, qr_codes_in, turn_text, words_of
from tests.support.rows.build import (
    create_agency,
    create_desk,
    create_procedure,
    create_province,
    next_workday,
    set_policy,
)
from tests.support.rows.journeys import at_hour_step
from turnero.booking.documents import files
from turnero.booking.documents.turn_text import TurnText
from turnero.booking.journey import confirm, holds
from turnero.booking.turn import queries

MM_PER_INCH = 25.4
# Letters for the transcription of medieval Welsh and Irish, which Lato does not draw.
NOT_IN_LATO = set("ẜẝẟỺỻỼỽỾỿ")


def catalog_of(pdf):
    return PdfReader(BytesIO(pdf)).trailer["/Root"]


def test_the_sheet_says_all_that_one_needs_on_the_day():
    words = words_of(files.pdf(turn_text(agency_address="Av. Amazonas y Patria")))
    for fact in (
        "Confirmación del Turno en Línea",
        "martes 24 de noviembre de 2026 09:30",
        "Quito Centro (demostración) Av. Amazonas y Patria",
        "Notificación de glosas, ventanilla Cartera",
        "Su referencia K7M 4XR2",
        "Cédula del titular: 17••••••01",
        "Llegue 10 minutos antes. Le esperamos hasta las 09:40.",
        "Cédula original del titular",
        "Fotocopia del RUC",
        "Ver, cambiar o cancelar el turno",
        "entre a https://turnos.example.ec/mi-turno con su referencia",
        "Este trámite no tiene costo. El turno vale solo con la cédula de su titular.",
    ):
        assert fact in words
    assert "Acude" not in words
    assert "hora de" not in words


def test_the_hour_of_galapagos_says_so():
    assert "09:30 hora de Galápagos" in words_of(files.pdf(turn_text(zone_note="hora de Galápagos")))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ñusta Güiracocha", "Ñusta Güiracocha"),
        ("Łukasz Őrsi Şükrü", "Łukasz Őrsi Şükrü"),
        ("Nguyễn Thị Diệu", "Nguyễn Thị Diệu"),
        ("Ana — María–José O’Brien", "Ana — María–José O’Brien"),
        ("王芳", "WangFang"),
        ("😀", ":grinning:"),
    ],
)
def test_the_name_of_who_comes_is_shown_as_typed_or_romanised(typed, shown):
    words = words_of(files.pdf(turn_text(third_party=typed)))
    assert f"Acude {shown}, con su cédula y la autorización del titular." in words


def test_every_latin_letter_comes_back_from_the_sheet():
    letters = [chr(point) for point in (*range(0x21, 0x250), *range(0x1E00, 0x1F00))]
    letters = [letter for letter in letters if unicodedata.category(letter)[0] == "L" and letter not in NOT_IN_LATO]
    rows = tuple("".join(letters[start : start + 40]) for start in range(0, len(letters), 40))
    words = words_of(files.pdf(turn_text(bring=rows)))
    assert len(letters) >= 700
    assert [row for row in rows if unicodedata.normalize("NFC", row) not in words] == []


def test_the_sheet_of_a_usual_turn_is_one_page_of_a4():
    (page,) = PdfReader(BytesIO(files.pdf(turn_text(third_party="Ñusta Güiracocha", bring=("Un papel",) * 8)))).pages
    assert [round(float(side) / 72 * MM_PER_INCH) for side in page.mediabox[2:]] == [210, 297]


@pytest.mark.parametrize("reference", ["K7M4XR2", "Y23456789"[:7], "CCCCCCC"])
def test_a_scanner_reads_the_reference_alone_from_150_dots_an_inch(reference):
    (code,) = qr_codes_in(picture_of(files.pdf(turn_text(reference=reference))))
    assert (code.text, code.content_type.name, code.ec_level) == (reference, "Text", "H")
    corners = code.position
    side = (corners.top_right.x - corners.top_left.x) / 150 * MM_PER_INCH
    assert 25 <= side <= 34


def test_the_pdf_has_language_title_and_alternative_text():
    pdf = files.pdf(turn_text())
    catalog = catalog_of(pdf)
    assert catalog["/Lang"] == "es-EC"
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert PdfReader(BytesIO(pdf)).metadata.title == "Confirmación del Turno en Línea"
    assert "Código QR de la referencia K7M4XR2" in alternatives(catalog["/StructTreeRoot"])


def alternatives(element):
    """The texts that stand for pictures under an element of the structure."""
    if not hasattr(element, "get"):
        return []
    children = element.get("/K", [])
    children = children if isinstance(children, list) else [children]
    own = [element["/Alt"]] if "/Alt" in element else []
    return own + [text for child in children for text in alternatives(child.get_object())]


def test_the_personal_link_opens_on_touch_and_is_not_printed():
    pdf = files.pdf(turn_text())
    assert "tOkEn" not in words_of(pdf)
    (page,) = PdfReader(BytesIO(pdf)).pages
    links = {mark.get_object()["/A"]["/URI"] for mark in page["/Annots"]}
    assert links == {"https://turnos.example.ec/mi-turno/tOkEn"}


@settings(max_examples=20)
@given(st.text(max_size=300), st.text(max_size=300))
def test_whatever_the_names_the_sheet_is_drawn(name, agency_name):
    pdf = files.pdf(turn_text(third_party=name, agency_name=agency_name))
    assert "K7M 4XR2" in words_of(pdf)


@pytest.mark.parametrize("name", ["Ñ" * 2000, "王" * 500, "A " * 3000])
def test_an_endless_name_only_takes_more_paper(name):
    words = words_of(files.pdf(turn_text(third_party=name)))
    assert words.endswith("El turno vale solo con la cédula de su titular.")


def test_the_sheet_of_a_turn_is_named_by_its_reference_and_hides_the_cedula(app):
    set_policy(tolerance_minutes=15)
    procedure = create_procedure(sheet={"bring": ["Cédula original"]})
    galapagos = create_agency(create_province("20"))
    desk = create_desk(procedure.line, agency=galapagos)
    traveller = at_hour_step(desk.agency, procedure)
    holds.place(traveller.key, traveller.browser, next_workday(galapagos.zone), 600)
    booking = queries.booking_by_token(confirm.confirm_turn(traveller.key, traveller.browser))
    sheet = files.sheet_of(booking)
    assert (sheet.filename, sheet.content_type) == (f"turno-{booking.reference}.pdf", "application/pdf")
    words = words_of(sheet.data)
    assert "10:00 hora de Galápagos" in words
    assert "hasta las 10:15" in words
    assert traveller.cedula not in words
    assert TurnText.of(booking).cedula in words
