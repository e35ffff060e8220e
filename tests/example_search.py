"""How Hypothesis searches for examples of studies."""

from hypothesis import HealthCheck, Phase

ANY = {  # of a study with a fault a smaller example is not worth the minutes that it takes to find
    "deadline": None,
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
