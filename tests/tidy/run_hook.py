#!/usr/bin/env python3
"""The pre-commit hook judges what is staged, and nothing that is not."""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77  # ctest's SKIP_RETURN_CODE
GIT = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]


def git(folder, *words):
    return subprocess.run([*GIT, *words], cwd=folder, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True)


def copied_tree(folder):
    """A repository with this tree in it, and the hook installed."""
    shutil.copytree(ROOT, folder, symlinks=True, dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("build", ".git", ".cache", "__pycache__"))
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "all"],
                  ["config", "core.hooksPath", ".githooks"]):
        done = git(folder, *words)
        assert done.returncode == 0, done.stdout


def commits(folder, path, text):
    """Stages `path` with `text`, and tries to commit it."""
    (folder / path).write_text(text)
    git(folder, "add", path)
    return git(folder, "commit", "-m", "a change")


def main():
    if shutil.which("git") is None or shutil.which("clang-format-19") is None:
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copied_tree(folder)
        source = folder / "base/digest.h"
        good = source.read_text()

        done = commits(folder, "base/digest.h", good + 'int   x;\n#include "model/app.h"\n')
        assert done.returncode != 0 and "clang-format-violations" in done.stdout, done.stdout
        assert "base/ may not include model/" in done.stdout, done.stdout

        git(folder, "reset", "-q", "--hard")
        source.write_text(good + "int   not_staged;\n")
        done = commits(folder, "README.md", (ROOT / "README.md").read_text() + "\nOne line more.\n")
        assert done.returncode == 0, done.stdout
    return 0


sys.exit(main())
