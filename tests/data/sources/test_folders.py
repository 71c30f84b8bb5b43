from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from workbench.data.sources.folders import EXTENSIONS, Listing, list_images
from workbench.errors import DataError

MakeFolder = Callable[..., Path]


def fill(folder: Path, *names: str) -> None:
    """Files that have the names of images: nobody looks into them here."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x")


@pytest.fixture
def flat(tmp_path: Path) -> Path:
    """Class folders alone."""
    for name in ("dog", "ant", "cat"):
        fill(tmp_path / "flat" / name, "b.jpg", "a.png", "c.TIFF")
    return tmp_path / "flat"


def listing(root: Path, train: int = 0, test: int = 0) -> Listing:
    return list_images(root, train, test)


def names(root: Path) -> list[str]:
    return [str(file.path.relative_to(root)) for file in listing(root).train]


def refused(root: Path) -> DataError:
    with pytest.raises(DataError) as error:
        listing(root)
    assert error.value.hint
    assert error.value.message.isprintable()
    return error.value


def test_train_and_test_have_the_same_classes(make_folder: MakeFolder) -> None:
    found = listing(make_folder(classes=("dog", "ant"), train=2, test=1))
    assert found.classes == ("ant", "dog")
    assert [(f.path.parent.name, f.path.name, f.label) for f in found.train] == [
        ("ant", "0000.png", 0),
        ("ant", "0001.png", 0),
        ("dog", "0000.png", 1),
        ("dog", "0001.png", 1),
    ]
    assert [f.label for f in found.test] == [0, 1]


def test_train_may_stand_alone(make_folder: MakeFolder) -> None:
    root = make_folder()
    (root / "test").rename(root.parent / "elsewhere")
    found = listing(root)
    assert len(found.train) == 8
    assert found.test == ()


def test_class_folders_may_stand_alone(flat: Path) -> None:
    found = listing(flat)
    assert found.classes == ("ant", "cat", "dog")
    assert names(flat)[:4] == ["ant/a.png", "ant/b.jpg", "ant/c.TIFF", "cat/a.png"]
    assert found.test == ()


def test_a_class_may_be_called_train_or_test(flat: Path) -> None:
    fill(flat / "train", "steam.jpg")
    fill(flat / "test", "exam.jpg")
    assert listing(flat).classes == ("ant", "cat", "dog", "test", "train")


def test_limits_hold_for_each_class(make_folder: MakeFolder, flat: Path) -> None:
    found = listing(make_folder(), 3, 1)
    assert [file.label for file in found.train] == [0, 0, 0, 1, 1, 1]
    assert [file.label for file in found.test] == [0, 1]
    assert [file.path.name for file in listing(flat, 1).train] == ["a.png"] * 3


def test_hidden_files_other_kinds_and_folders_are_passed_over(flat: Path) -> None:
    before = names(flat)
    fill(flat / "cat", ".hidden.png", "notes.txt", "png")
    fill(flat / "cat" / "folder.png", "deeper.png")
    fill(flat / ".thumbnails", "a.png")
    (flat / "labels.csv").write_text("cat,dog")
    assert names(flat) == before


def test_links_to_images_and_folders_are_followed(flat: Path, tmp_path: Path) -> None:
    fill(tmp_path / "elsewhere", "a.jpg")
    (flat / "elk").symlink_to(tmp_path / "elsewhere")
    (flat / "cat" / "link.jpg").symlink_to(flat / "dog" / "b.jpg")
    assert "elk/a.jpg" in names(flat)
    assert "cat/link.jpg" in names(flat)


def test_what_cannot_be_asked_is_listed_all_the_same(flat: Path) -> None:
    """Decoding tells of all files that cannot be read at once."""
    (flat / "cat" / "gone.jpg").symlink_to("nowhere.jpg")
    (flat / "cat" / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(flat / "cat" / "pipe.jpg")
    assert {"cat/gone.jpg", "cat/loop.jpg", "cat/pipe.jpg"} <= set(names(flat))


def test_a_folder_for_validation_is_not_passed_over_in_silence(
    make_folder: MakeFolder, caplog: pytest.LogCaptureFixture
) -> None:
    root = make_folder()
    listing(root)
    assert not caplog.records
    fill(root / "val" / "cat", "a.png")
    listing(root)
    assert f"{root / 'val'} is not used" in caplog.text


def test_a_missing_root(tmp_path: Path) -> None:
    error = refused(tmp_path / "nowhere")
    assert error.message == f"there is no folder {tmp_path / 'nowhere'}"
    assert error.path == tmp_path / "nowhere"
    assert "data.root" in error.hint


@pytest.mark.parametrize("where", ["root", "test"])
def test_a_file_in_place_of_a_folder(make_folder: MakeFolder, where: str) -> None:
    path = make_folder() / (where if where == "test" else "list.csv")
    if path.is_dir():
        path.rename(path.with_name("elsewhere"))
    path.write_text("cat,dog")
    assert refused(path.parent if where == "test" else path).message == (
        f"{path} is a file, not a folder"
    )


@pytest.mark.parametrize("renamed", [{"train": "Train", "test": "Test"}, {"test": "TEST"}])
def test_sets_whose_names_are_capitalised(make_folder: MakeFolder, renamed: dict[str, str]) -> None:
    root = make_folder()
    for old, new in renamed.items():
        (root / old).rename(root / new)
    error = refused(root)
    assert error.path in {root / name for name in renamed.values()}
    assert "holds class folders" in error.message
    assert f"rename it to {error.path.name.lower()}" in error.hint


def test_a_class_may_be_called_train_in_capitals(flat: Path) -> None:
    fill(flat / "Train", "steam.jpg")
    assert listing(flat).classes == ("Train", "ant", "cat", "dog")


def test_an_empty_root(tmp_path: Path) -> None:
    error = refused(tmp_path)
    assert error.message == f"{tmp_path} has no class folders"
    assert "train/<class>/" in error.hint


def test_test_without_train(make_folder: MakeFolder) -> None:
    root = make_folder()
    (root / "train").rename(root / "elsewhere")
    error = refused(root)
    assert error.message == f"there is no folder {root / 'train'}"
    assert error.path == root / "train"


@pytest.mark.parametrize("part", ["train", "test"])
def test_a_set_without_class_folders(make_folder: MakeFolder, part: str) -> None:
    root = make_folder()
    (root / part).rename(root / "elsewhere")
    (root / part).mkdir()
    assert refused(root).message == f"{root / part} has no class folders"


def test_an_empty_class_folder(make_folder: MakeFolder) -> None:
    root = make_folder()
    for path in (root / "test" / "dog").iterdir():
        path.rename(path.with_suffix(".txt"))
    error = refused(root)
    assert error.message == f"{root / 'test' / 'dog'} has no image files"
    assert all(extension in error.hint for extension in EXTENSIONS)


def test_different_classes(make_folder: MakeFolder) -> None:
    root = make_folder(classes=("cat", "dog", "eel"))
    (root / "test" / "eel").rename(root / "test" / "elk")
    assert "(only in train: eel; only in test: elk)" in refused(root).message


def test_many_different_classes_are_told_by_the_first_five(make_folder: MakeFolder) -> None:
    root = make_folder()
    for letter in "abcdefg":
        (root / "train" / letter).mkdir()
    assert "(only in train: a, b, c, d, e, …)" in refused(root).message


@pytest.mark.parametrize("layout", ["train", "flat"])
def test_one_class(make_folder: MakeFolder, tmp_path: Path, layout: str) -> None:
    root = make_folder(classes=("cat",))
    folder = root / "train"
    if layout == "flat":
        root = folder = folder.rename(tmp_path / "alone")
    error = refused(root)
    assert error.message == f"{folder} has only one class, cat"
    assert "at least two" in error.hint


@pytest.mark.parametrize(("target", "code"), [("dog2", errno.ELOOP), ("nowhere", errno.ENOENT)])
def test_a_class_folder_that_leads_nowhere(flat: Path, target: str, code: int) -> None:
    (flat / "dog2").symlink_to(target)
    assert refused(flat).message == f"{flat / 'dog2'} cannot be read: {os.strerror(code)}"


def test_a_class_folder_that_leads_back_to_its_parent(flat: Path) -> None:
    (flat / "loop").symlink_to(flat)
    assert refused(flat).message == f"{flat / 'loop'} has no image files"


@pytest.mark.parametrize("where", ["", "cat"])
def test_a_folder_that_may_not_be_read(
    flat: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the refusal itself is put in place of the system's."""
    scandir, closed = os.scandir, flat / where

    def guarded(path: Path) -> Iterator[os.DirEntry[str]]:
        if Path(path) == closed:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert refused(flat).message == f"{closed} cannot be read: Permission denied"


def test_a_class_whose_name_is_no_text(flat: Path) -> None:
    os.mkdir(os.fsencode(flat) + b"/caf\xe9")  # noqa: PTH102 - a Path takes no bytes
    message = refused(flat).message
    assert "caf" in message
    assert message.endswith("is not UTF-8")


def test_names_may_hold_anything_else(flat: Path) -> None:
    strange = "no\n\x1b[31m\N{SNOWMAN}"
    fill(flat / strange, "x.png")
    fill(flat / "cat", "\x1b]0;x.png", os.fsdecode(b"caf\xe9.png"))
    assert strange in listing(flat).classes
    assert len(listing(flat).train) == 12
    (flat / strange / "x.png").unlink()
    assert "no\\n\\x1b[31m\N{SNOWMAN} has no image files" in refused(flat).message
