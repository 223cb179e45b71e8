"""``make golden``: accept today's numbers as golden, and write the generated pages and what documents show anew.

Say in CHANGELOG.md that numbers changed, and why.
"""

from tests import calibration_page, documents, forecast_page, golden_values, history_page, parameters_page, state_page


def main() -> None:
    """Write every summary, the generated pages and what the documents show to be printed."""
    golden_values.FOLDER.mkdir(exist_ok=True)
    for name in golden_values.names():
        golden_values.store(name)
    parameters_page.PAGE.write_text(parameters_page.page(), encoding="utf-8")
    state_page.PAGE.write_text(state_page.page(), encoding="utf-8")
    history_page.write()
    calibration_page.PAGE.write_text(calibration_page.page(), encoding="utf-8")
    forecast_page.write()
    for page in documents.PAGES:
        documents.write_anew(page)


if __name__ == "__main__":
    main()
