"""When an epoch counts as better, and when waiting ends."""

from functools import reduce

from workbench.config.training import EarlyStoppingProfile
from workbench.training.early_stopping import BestSoFar


def after(values: list[float], rule: EarlyStoppingProfile) -> BestSoFar:
    return reduce(lambda best, at: best.after(*at, rule), enumerate(values), BestSoFar())


def test_the_first_epoch_is_always_better() -> None:
    assert after([0.0], EarlyStoppingProfile()) == BestSoFar(value=0.0, epoch=0, waited=0)


def test_better_means_more_than_min_delta_above() -> None:
    rule = EarlyStoppingProfile(min_delta=0.25)
    assert after([0.5, 0.75], rule).epoch == 0
    assert after([0.5, 0.8125], rule).epoch == 1


def test_small_gains_do_not_add_up() -> None:
    """Each is compared with the best kept, but that best does not creep."""
    assert after([0.5, 0.6, 0.7], EarlyStoppingProfile(min_delta=0.15)).value == 0.7
    assert after([0.5, 0.6, 0.6], EarlyStoppingProfile(min_delta=0.15)).waited == 2


def test_it_stops_after_patience_epochs_in_a_row_without_gain() -> None:
    rule = EarlyStoppingProfile(patience=2)
    assert not after([0.5, 0.4], rule).is_over(rule)
    assert after([0.5, 0.4, 0.5], rule).is_over(rule)
    assert not after([0.5, 0.4, 0.6, 0.5], rule).is_over(rule)


def test_patience_0_never_stops_but_still_finds_the_best() -> None:
    rule = EarlyStoppingProfile(patience=0)
    best = after([0.5] + [0.1] * 100, rule)
    assert best.epoch == 0
    assert not best.is_over(rule)


def test_nan_is_never_better() -> None:
    assert after([0.5, float("nan")], EarlyStoppingProfile()).epoch == 0
