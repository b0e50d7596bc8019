"""Settings of the whole test suite: what every folder's tests rely on."""

import pytest
from hypothesis import HealthCheck, settings

# Assertions in shared modules report their operands as those in tests do.
pytest.register_assert_rewrite("_support")

# Times are the benchmarks' business: a slow machine is no failure.
settings.register_profile("rememo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("rememo")
