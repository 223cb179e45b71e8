"""Properties of theory E.2, on random worlds."""

from hypothesis import HealthCheck, settings

few = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""A run takes milliseconds, but the first one waits for the compiler."""

many = settings(few, max_examples=500)
"""For what holds to the last bit at every quarter, and is cheap to ask."""
