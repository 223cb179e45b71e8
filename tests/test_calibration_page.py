"""docs/calibration.md says what the shipped posterior's tables say."""

from tests import calibration_page


def test_the_page_is_what_the_tables_say():
    assert calibration_page.PAGE.read_text(encoding="utf-8") == calibration_page.page()
