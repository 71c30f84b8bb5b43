from __future__ import annotations

from pathlib import Path

from workbench.store.layout import attempts, checkpoint_steps


def test_digits_of_other_scripts_make_no_step_and_no_attempt(tmp_path: Path) -> None:
    for name in ("checkpoints/٣٣٣٣٣٣٣٣٣.pt", "metrics/٣٣٣٣.jsonl"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()

    assert checkpoint_steps(tmp_path) == []
    assert attempts(tmp_path) == []
