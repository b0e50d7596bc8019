"""A model by formula over a frame."""

import pandas as pd
import rememo
import statsmodels.formula.api as smf

REQUIRES = ["pandas", "statsmodels"]

data = pd.DataFrame({"y": [1.0, 2.1, 2.9, 4.2], "x": [1, 2, 3, 4]})
FORMULA = "y ~ x"


@rememo.cache
def coefficients() -> list[float]:
    return smf.ols(FORMULA, data).fit().params.round(6).tolist()


def call(f):
    return f()


def use():
    smf.ols("y ~ 1", data).fit()


def change():
    global FORMULA
    FORMULA = "y ~ x + I(x ** 2)"
