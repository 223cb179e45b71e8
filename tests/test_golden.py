"""Numbers of the shipped scenarios are those last accepted with ``make golden``."""

import numpy as np
import pytest

from tests import golden_values


@pytest.mark.parametrize("name", golden_values.names())
def test_numbers_are_the_accepted_ones(name):
    accepted = golden_values.stored(name)
    found = golden_values.summary(name)
    assert found.keys() == accepted.keys()
    for column, values in accepted.items():
        expected = np.array(values, dtype=float)
        np.testing.assert_allclose(np.array(found[column], dtype=float), expected, rtol=1e-9, atol=1e-9, err_msg=column)
