"""How large the weights of a layer are (Lange et al. 2022, figures S2 to S4)."""

import numpy as np


def measure_weights(weight: np.ndarray, small: float) -> dict[str, float]:
    """The sums of w^2 and of |w| of a tensor, the share of |w| < `small`, and the nuclear norm; in float64.

    The nuclear norm, the sum of the singular values, is that of a matrix: of another tensor it is NaN. All is NaN where
    a weight is no finite number, as in a run that has diverged.

    >>> measure_weights(np.array([[3.0, 0.0], [0.0, -4.0]]), 1e-3)
    {'squares': 25.0, 'magnitudes': 7.0, 'small': 0.5, 'nuclear': 7.0}
    """
    weight = weight.astype(np.float64)
    if not np.isfinite(weight).all():
        return dict.fromkeys(("squares", "magnitudes", "small", "nuclear"), np.nan)
    sizes = np.abs(weight)
    singular = np.linalg.svd(weight, compute_uv=False) if weight.ndim == 2 else np.array(np.nan)
    return {
        "squares": float((weight**2).sum()),
        "magnitudes": float(sizes.sum()),
        "small": float((sizes < small).mean()),
        "nuclear": float(singular.sum()),
    }
