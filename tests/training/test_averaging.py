"""The moving average of weights against the formula written out."""

import pytest
import torch
from torch import Tensor, nn

from tests.training.small import a_profile, a_trainer, epochs_of, steps_of
from workbench.data.dataset import Dataset
from workbench.events import BestImproved, FiltersChanged
from workbench.training.averaging import WeightAverage


def a_model() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))


def copied(model: nn.Module) -> dict[str, Tensor]:
    return {name: weight.clone() for name, weight in model.state_dict().items()}


def same(ours: dict[str, Tensor], theirs: dict[str, Tensor]) -> bool:
    return ours.keys() == theirs.keys() and all(torch.equal(ours[n], theirs[n]) for n in theirs)


@torch.no_grad()
def disturb(model: nn.Module, seed: int) -> None:
    """As a step would: other parameters, other statistics, one batch more counted."""
    torch.manual_seed(seed)
    for weight in model.state_dict().values():
        weight.add_(torch.randn_like(weight) if weight.is_floating_point() else 1)


@pytest.mark.parametrize("decay", [0.15, 0.5, 0.999])
def test_it_follows_the_weights_with_a_decay_that_grows_to_its_own(decay: float) -> None:
    model = a_model()
    average = WeightAverage(model, decay)
    expected = {n: w for n, w in copied(model).items() if w.is_floating_point()}
    for step in range(12):
        disturb(model, step)
        average.update(step)
        now = min(decay, (1 + step) / (10 + step))
        live = model.state_dict()
        expected = {n: now * mean + (1 - now) * live[n] for n, mean in expected.items()}
    assert average.weights().keys() == expected.keys()
    assert {"1.running_mean", "1.running_var", "0.weight"} <= expected.keys()
    for name, weight in average.weights().items():
        torch.testing.assert_close(weight, expected[name], rtol=1e-5, atol=1e-6)


def test_the_model_holds_it_for_a_while_and_then_its_own_weights_to_the_last_bit() -> None:
    model = a_model()
    average = WeightAverage(model, 0.5)
    disturb(model, 1)
    average.update(0)
    live, mean = copied(model), {n: w.clone() for n, w in average.weights().items()}
    with average.in_place():
        held = copied(model)
        assert held["1.num_batches_tracked"] == live["1.num_batches_tracked"] == 1
        assert same({name: held[name] for name in mean}, mean)
    assert same(copied(model), live)
    assert same(average.weights(), mean)


def test_the_model_gets_its_weights_back_when_the_evaluation_fails() -> None:
    model = a_model()
    average = WeightAverage(model, 0.5)
    disturb(model, 1)
    live = copied(model)
    with pytest.raises(ZeroDivisionError), average.in_place():
        raise ZeroDivisionError
    assert same(copied(model), live)


class Tied(nn.Module):
    """Shares a parameter, the memory of another, and puts a new tensor into its buffer."""

    calls: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second, self.third = (nn.Linear(3, 3) for _ in range(3))
        self.second.weight = self.first.weight
        self.third.bias.data = self.first.bias.data
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, images: Tensor) -> Tensor:
        self.calls = self.calls + 1
        logits: Tensor = self.third(self.second(self.first(images)))
        return logits


def test_tied_weights_are_averaged_once_and_come_back() -> None:
    model = Tied()
    average = WeightAverage(model, 0.5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.rand_like(parameter))
    model(torch.rand(2, 3))
    average.update(0)
    live, mean = copied(model), {n: w.clone() for n, w in average.weights().items()}
    assert {"first.weight", "second.weight"} & mean.keys() == {"first.weight"}
    assert {"first.bias", "third.bias"} & mean.keys() == {"first.bias"}
    with average.in_place():
        held = copied(model)
        assert same({name: held[name] for name in mean}, mean)
        assert torch.equal(held["second.weight"], mean["first.weight"])
        assert torch.equal(held["third.bias"], mean["first.bias"])
    assert same(copied(model), live)
    assert not torch.equal(live["first.weight"], mean["first.weight"])


def test_a_buffer_that_forward_replaces_is_followed() -> None:
    model = Tied()
    average = WeightAverage(model, 0.0)
    model(torch.rand(2, 3))
    average.update(0)
    assert average.weights()["calls"] == 1
    with average.in_place():
        model(torch.rand(2, 3))
    assert average.weights()["calls"] == 2


def test_a_mask_with_infinite_values_stays_as_it_is() -> None:
    model = a_model()
    model.register_buffer("mask", torch.tensor([0.0, -torch.inf]))
    average = WeightAverage(model, 0.5)
    average.update(0)
    with average.in_place():
        assert model.state_dict()["mask"].tolist() == [0.0, -torch.inf]


def test_weights_that_were_loaded_or_moved_are_followed() -> None:
    model = a_model()
    average = WeightAverage(model, 0.0)
    disturb(model, 1)
    loaded = copied(model)
    disturb(model, 2)
    model.load_state_dict(loaded)
    average.update(0)
    assert same(average.weights(), {name: loaded[name] for name in average.weights()})
    model.load_state_dict(copied(a_model()), assign=True)
    average.update(0)
    assert same(average.weights(), {name: copied(model)[name] for name in average.weights()})


@pytest.mark.slow
def test_a_compiled_model_computes_with_it() -> None:
    model = a_model().eval()
    compiled = torch.compile(model)
    average = WeightAverage(model, 0.5)
    images = torch.randn(5, 3)
    with torch.no_grad():
        initial = compiled(images)
        disturb(model, 1)
        live = compiled(images)
        with average.in_place():
            assert torch.equal(compiled(images), initial)
        assert torch.equal(compiled(images), live)


# In a training


def test_what_is_evaluated_and_kept_is_the_average(dataset: Dataset) -> None:
    trainer = a_trainer(dataset, a_profile(ema_decay=0.9, epochs=1))
    events, kept = [], {}
    for event in trainer.train():
        events.append(event)
        if isinstance(event, BestImproved):
            kept, live = dict(trainer.progress.best_weights), copied(trainer.learner.model)
    average = trainer.learner.average
    assert average is not None
    assert all(torch.equal(kept[name], weight) for name, weight in average.weights().items())
    assert not torch.equal(kept["stem.0.weight"], live["stem.0.weight"])
    assert torch.equal(kept["stem.1.num_batches_tracked"], live["stem.1.num_batches_tracked"])
    # After the training the model holds its best weights: the same evaluation again.
    again = trainer.learner.evaluate("val").metrics("val")
    assert {name: epochs_of(events)[0].metrics[name] for name in again} == again


def test_the_filters_shown_are_those_of_the_average(dataset: Dataset) -> None:
    trainer = a_trainer(dataset, a_profile(ema_decay=0.9, epochs=1))
    [filters] = [event for event in trainer.train() if isinstance(event, FiltersChanged)]
    average = trainer.learner.average
    assert average is not None
    assert filters.weights == average.weights()["stem.0.weight"].flatten().tolist()


def test_training_itself_goes_on_with_the_live_weights(dataset: Dataset) -> None:
    averaged = steps_of(list(a_trainer(dataset, a_profile(ema_decay=0.9)).train()), "loss")
    assert averaged == steps_of(list(a_trainer(dataset).train()), "loss")
