"""A trial shows what a network gives and leaves everything as it was."""

import pytest
import torch
from torch import Tensor, nn

from workbench.errors import ModelError
from workbench.models.shape import DataShape
from workbench.models.trial import (
    brief,
    check_evaluation,
    check_training,
    fault_of,
    output_for_zeros,
    unchanged,
)

SMALL = DataShape(channels=2, image_size=(4, 6), classes=3)


class Counting(nn.Module):
    """Draws and counts in every forward, also in eval mode."""

    calls: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(
            nn.BatchNorm2d(2), nn.Dropout(0.5), nn.Flatten(), nn.Linear(48, 3)
        )
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, images: Tensor) -> Tensor:
        self.calls += 1
        logits: Tensor = self.head(images) + torch.rand(3)
        return logits


def test_the_network_sees_two_zero_images_of_the_datas_shape_in_eval_mode() -> None:
    seen = []
    model = nn.Linear(1, 1)
    model.forward = lambda images: seen.append((images, model.training))  # type: ignore[assignment]
    output_for_zeros(model, SMALL)
    [(images, training)] = seen
    assert torch.equal(images, torch.zeros(2, 2, 4, 6))
    assert not training


def test_random_state_buffers_mode_and_gradients_are_as_before() -> None:
    model = Counting()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    output = output_for_zeros(model, SMALL)
    assert isinstance(output, Tensor)
    assert not output.requires_grad
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert model.training
    assert model.head.training


def test_lazy_layers_get_their_shapes_and_draw_weights_that_nothing_draws_again() -> None:
    model = nn.Sequential(nn.LazyBatchNorm2d(), nn.Flatten(), nn.LazyLinear(3))
    torch.manual_seed(1)
    output_for_zeros(model, SMALL)
    torch.manual_seed(1)
    expected = nn.Linear(48, 3)
    assert torch.equal(model[2].weight, expected.weight)
    torch.manual_seed(1)
    output_for_zeros(nn.Sequential(nn.Flatten(), nn.LazyLinear(3)), SMALL)
    after = torch.rand(1)
    torch.manual_seed(1)
    nn.Linear(48, 3)
    assert torch.equal(after, torch.rand(1))


def test_a_trial_in_train_mode_leaves_no_trace_either() -> None:
    model = Counting()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    check_training(model.eval(), "net", SMALL)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_a_buffer_that_forward_replaces_is_as_before() -> None:
    model = Counting()
    calls = model.calls
    with unchanged(model):
        model.calls = model.calls + model.head[3].weight.sum()
    assert model.calls is calls
    assert model.calls == 0
    with unchanged(model):
        model.calls += model.head[3].weight.sum()
    assert (model.calls.item(), model.calls.requires_grad) == (0, False)


def test_a_module_that_was_put_in_another_mode_than_the_whole_keeps_it() -> None:
    model = nn.Sequential(nn.BatchNorm2d(1).eval(), nn.Flatten(), nn.Linear(16, 3))
    with unchanged(model):
        model.train()
    assert [module.training for module in model] == [False, True, True]


def test_a_buffer_of_one_value_for_many_may_be_there() -> None:
    model = nn.BatchNorm1d(3)
    model.register_buffer("expanded", torch.ones(1).expand(3))
    with unchanged(model):
        model(torch.rand(2, 3))
    assert model.expanded.tolist() == [1, 1, 1]
    assert model.num_batches_tracked == 0


def test_one_logit_per_image_and_class_is_accepted_in_any_floating_point_type() -> None:
    with torch.no_grad():
        assert not fault_of(torch.zeros(2, 3), 2, 3)
        assert not fault_of(torch.zeros(5, 3, dtype=torch.bfloat16), 5, 3)


def test_where_gradients_are_recorded_logits_must_have_one() -> None:
    logits = torch.zeros(2, 3, requires_grad=True)
    assert not fault_of(logits, 2, 3)
    assert fault_of(logits.detach(), 2, 3) == "logits without a gradient"


@pytest.mark.parametrize(
    ("output", "found"),
    [
        (torch.zeros(2, 4), r"shape \(2, 4\)"),
        (torch.zeros(3), r"shape \(3,\)"),
        (torch.zeros(2, 3, dtype=torch.int64), "whole numbers"),
        ((torch.zeros(2, 3), torch.zeros(2, 3)), "type tuple"),
        (None, "type NoneType"),
    ],
)
def test_anything_else_is_refused_with_what_was_wanted(output: object, found: str) -> None:
    model = nn.Linear(1, 1)
    model.forward = lambda images: output  # type: ignore[assignment,misc,return-value]
    with pytest.raises(ModelError, match=rf"net gives .*{found}.*logits of shape \(2, 3\)"):
        check_evaluation(model, "net", SMALL)
    with pytest.raises(ModelError, match=rf"net in train mode gives .*{found}"):
        check_training(model, "net", SMALL)


def test_a_foreign_error_is_told_on_one_short_line_without_control_characters() -> None:
    told = brief(ValueError("one\n  two \x1b[1m" + "x" * 500))
    assert told.startswith("ValueError: one two \\x1b[1mxx")
    assert len(told) < 220
    assert brief(KeyError()) == "KeyError"
