"""``make golden``: accept today's numbers as golden, and write the generated pages anew.

Say in CHANGELOG.md that numbers changed, and why.
"""

from tests import forecast_page, golden_values, history_page, parameters_page


def main() -> None:
    """Write every summary and the pages."""
    golden_values.FOLDER.mkdir(exist_ok=True)
    for name in golden_values.names():
        golden_values.store(name)
    parameters_page.PAGE.write_text(parameters_page.page(), encoding="utf-8")
    history_page.write()
    forecast_page.write()


if __name__ == "__main__":
    main()
