"""What is written never replaces what is no plain file: devices, FIFOs and links made in a folder of the test."""

from __future__ import annotations

import os
import resource
import signal
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.errors import FileFormatError
from catalog.exchange.outputs import write_file, written, written_folder
from tests.helpers.command import SENTENCE, formulary

ROOT = os.geteuid() == 0


def node(path: Path, kind: int, major: int, minor: int) -> Path:
    """A device node of the test's own; the test is skipped where none can be made or used."""
    try:
        os.mknod(path, kind | 0o600, os.makedev(major, minor))
        if kind == stat.S_IFCHR:
            os.close(os.open(path, os.O_WRONLY))
    except OSError as error:
        pytest.skip(f"device nodes cannot be made here ({error.strerror})")
    return path


def identity(path: Path) -> tuple[int, int, int, int]:
    """Type and mode, number of the file, and which device it is."""
    found = path.lstat()
    return found.st_mode, found.st_ino, found.st_rdev, found.st_dev


def alone(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.fixture
def null(tmp_path: Path) -> Path:
    """A node that throws away what is written, as /dev/null does."""
    return node(tmp_path / "null.csv", stat.S_IFCHR, 1, 3)


def test_a_character_device_stays_what_it_is(null: Path, tmp_path: Path) -> None:
    before = identity(null)
    write_file(str(null), b"rubbish")
    assert identity(null) == before
    assert alone(tmp_path) == ["null.csv"]


def test_a_full_device_is_one_sentence(tmp_path: Path) -> None:
    full = node(tmp_path / "full", stat.S_IFCHR, 1, 7)
    before = identity(full)
    with pytest.raises(FileFormatError, match="no space left"):
        write_file(str(full), b"x" * 100_000)
    assert identity(full) == before


def test_a_block_device_a_socket_and_a_folder_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "s"))
        (tmp_path / "d").mkdir()
        for name, word in (("s", "a socket"), ("d", "a folder")):
            before = identity(tmp_path / name)
            with pytest.raises(FileFormatError, match=word):
                write_file(str(tmp_path / name), b"x")
            assert identity(tmp_path / name) == before
    block = node(tmp_path / "b", stat.S_IFBLK, 7, 250)
    before = identity(block)
    with pytest.raises(FileFormatError, match="a block device"):
        write_file(str(block), b"x")
    assert identity(block) == before


def test_a_fifo_is_written_as_a_stream(tmp_path: Path) -> None:
    fifo, read = tmp_path / "fifo", []
    os.mkfifo(fifo)
    before = identity(fifo)
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()))
    reader.start()
    write_file(str(fifo), b"in one stream")
    reader.join(10)
    assert read == [b"in one stream"]
    assert identity(fifo) == before


def test_a_stream_that_is_named_by_its_descriptor_is_written(tmp_path: Path) -> None:
    """As a shell names it: /dev/stdout, or a file of `>(command)`."""
    reading, writing = os.pipe()
    write_file(f"/dev/fd/{writing}", b"to a pipe")
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        assert file.read() == b"to a pipe"


def test_a_reader_that_leaves_is_one_sentence(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: os.close(os.open(fifo, os.O_RDONLY)))
    reader.start()
    with pytest.raises(FileFormatError, match="broken pipe"), written(str(fifo)) as file:
        reader.join(10)
        file.write(b"x" * 1_000_000)


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_is_followed_and_stays_a_link(tmp_path: Path, exists: bool) -> None:
    (tmp_path / "deep").mkdir()
    target, link = tmp_path / "deep" / "target.csv", tmp_path / "link.csv"
    if exists:
        target.write_text("old")
    link.symlink_to("deep/target.csv")
    before = identity(link)
    write_file(str(link), b"new")
    assert identity(link) == before
    assert target.read_text() == "new"
    assert alone(tmp_path) == ["deep", "link.csv"]
    assert alone(tmp_path / "deep") == ["target.csv"]


def test_a_link_to_a_device_leaves_both(null: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(null)
    before = identity(null), identity(link)
    write_file(str(link), b"rubbish")
    assert (identity(null), identity(link)) == before


def test_a_plain_file_keeps_its_mode_and_owner(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("old")
    file.chmod(0o640)
    if ROOT:
        os.chown(file, 1234, 1235)
    before = file.stat()
    write_file(str(file), b"new")
    after = file.stat()
    assert file.read_text() == "new"
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_a_new_file_has_the_mode_that_is_usual(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_file(str(tmp_path / "x"), b"new")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o640


def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("old")
    before = identity(file)
    with pytest.raises(ZeroDivisionError), written(str(file)) as output:
        output.write(b"half")
        raise ZeroDivisionError
    assert (file.read_text(), identity(file)) == ("old", before)
    assert alone(tmp_path) == ["x.csv"]


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process may grow beyond 10,000 bytes, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    signal.signal(signal.SIGXFSZ, heard)


@pytest.mark.usefixtures("small_files")
def test_a_file_that_cannot_grow_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("old")
    with pytest.raises(FileFormatError, match="file too large"):
        write_file(str(file), b"x" * 100_000)
    assert file.read_text() == "old"
    assert alone(tmp_path) == ["x.csv"]


def test_what_is_exchanged_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("old")
    with pytest.raises(FileFormatError, match="was exchanged"), written(str(file)) as output:
        output.write(b"new")
        file.unlink()
        os.mkfifo(file)
    assert stat.S_ISFIFO(file.lstat().st_mode)
    with pytest.raises(FileFormatError, match="appeared"), written(str(tmp_path / "y.csv")) as output:
        os.mkfifo(tmp_path / "y.csv")
    assert alone(tmp_path) == ["x.csv", "y.csv"]


def test_a_folder_takes_its_name_when_it_is_whole(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), written_folder(str(tmp_path / "f")) as folder:
        (folder / "half").touch()
        raise ZeroDivisionError
    assert alone(tmp_path) == []
    with written_folder(str(tmp_path / "f")) as folder:
        (folder / "whole").touch()
    assert alone(tmp_path / "f") == ["whole"]
    with pytest.raises(FileFormatError, match="exists already"), written_folder(str(tmp_path / "f")):
        pass


# Every command that writes

COMMANDS = {
    "export csv": ("export", "{file}", "--format", "csv", "--where", "constant = 'pi'"),
    "export jsonl": ("export", "{file}", "--format", "jsonl", "--where", "constant = 'pi'"),
    "export latex": ("export", "{file}", "--format", "latex", "--where", "constant = 'pi'"),
    "report": ("report", "-o", "{file}"),
    "plot svg": ("plot", "board", "-o", "{file}"),
    "plot html": ("plot", "board", "-o", "{file}"),
    "family export": ("family", "export", "-o", "{file}"),
}
ENDINGS = {"report": ".html", "plot svg": ".svg", "plot html": ".html"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("home"))


@pytest.fixture
def url(seeded_copy: str) -> str:
    done = formulary("family", "find", "--limit", "300", FORMULARY_DATABASE_URL=seeded_copy)
    assert done.returncode == 0, done.stderr
    return seeded_copy


def test_no_command_replaces_a_device_or_a_link(url: str, home: str, tmp_path: Path) -> None:
    place = {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": home}
    for name, arguments in COMMANDS.items():
        ending = ENDINGS.get(name, ".csv")
        folder = tmp_path / name.replace(" ", "-")
        folder.mkdir()
        device = node(folder / f"null{ending}", stat.S_IFCHR, 1, 3)
        target, link = folder / f"target{ending}", folder / f"link{ending}"
        target.write_text("old")
        target.chmod(0o600)
        link.symlink_to(target.name)
        before = identity(device), identity(link), stat.S_IMODE(target.stat().st_mode)
        for file in (device, link):
            done = formulary(*(a.format(file=file) for a in arguments), **place)
            assert done.returncode == 0, (name, done.stderr)
        assert (identity(device), identity(link), stat.S_IMODE(target.stat().st_mode)) == before, name
        assert target.read_bytes() not in (b"old", b""), name
        assert alone(folder) == sorted(file.name for file in (device, link, target)), name


@pytest.mark.parametrize("arguments", [("export", "{file}", "--format", "parquet"), ("plot", "board", "-o", "{file}")])
def test_a_format_that_needs_a_file_refuses_a_stream(seeded_url: str, tmp_path: Path, arguments: list[str]) -> None:
    fifo = tmp_path / "fifo.png"
    os.mkfifo(fifo)
    before = identity(fifo)
    done = formulary(*(a.format(file=fifo) for a in arguments), FORMULARY_DATABASE_URL=seeded_url)
    assert done.returncode == 2
    assert SENTENCE.fullmatch(done.stderr), done.stderr
    assert "is a FIFO, and P" in done.stderr
    assert identity(fifo) == before


@pytest.mark.parametrize("name", ["report", "plot svg", "family export", "export latex"])
def test_a_minus_is_standard_output(url: str, home: str, tmp_path: Path, name: str) -> None:
    place = {"FORMULARY_DATABASE_URL": url, "FORMULARY_HOME": home}
    file = tmp_path / f"x{ENDINGS.get(name, '.csv')}"
    assert formulary(*(a.format(file=file) for a in COMMANDS[name]), **place).returncode == 0
    done = formulary(*(a.format(file="-") for a in COMMANDS[name]), **place)
    assert done.returncode == 0
    assert len(done.stdout) > 100
    if name != "report":  # whose page says when it was made
        assert done.stdout == file.read_text()
