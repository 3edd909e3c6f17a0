"""Reviews a pull request of GitHub with the suggestions of `meshctl analyze -O github-review=FILE`.

    python packaging/suggest.py FILE

It reads GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST (its number) and HEAD (its last
commit). GitHub takes comments on lines of the diff alone, so the others are left out; so is what an
earlier run has said. Where the review can't be given, a warning says why, and the job goes on.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

_HUNK = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_PAGE = 100
_MOST_PAGES = 30
"""GitHub lists 3,000 files of a pull request at most."""
_SECONDS = 30


def main() -> None:
    """Give the review, and say in the log of the job what became of it."""
    review = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        said = suggest(review)
    except HTTPError as error:
        said = f"::warning::GitHub didn't take the suggestions: {error.code} {error.reason}"
    except URLError as error:
        said = f"::warning::GitHub couldn't be asked for the pull request: {error.reason}"
    sys.stdout.write(f"{said}\n")


def suggest(review: dict[str, Any]) -> str:
    """Give the review, as far as it is about the diff and new; says what was done."""
    hunks = {file["filename"]: [*hunks_of(file.get("patch", ""))] for file in pages("files")}
    said = {(one["path"], one.get("line"), one["body"]) for one in pages("comments")}
    kept = [
        one
        for one in review["comments"]
        if is_shown(one, hunks.get(one["path"], []))
        and (one["path"], one["line"], one["body"]) not in said
    ]
    if kept:
        ask("reviews", review | {"comments": kept, "commit_id": os.environ["HEAD"]})
    return f"suggestions: {len(kept)} given, {len(review['comments']) - len(kept)} left out"


def is_shown(comment: dict[str, Any], hunks: list[range]) -> bool:
    """Are all lines of a comment in one piece of the diff?"""
    first, last = comment.get("start_line", comment["line"]), comment["line"]
    return any(first in hunk and last in hunk for hunk in hunks)


def hunks_of(patch: str) -> Iterator[range]:
    """Walk the lines that a diff shows of a file as it is now."""
    for found in _HUNK.finditer(patch):
        first, count = int(found[1]), int(found[2] or 1)
        yield range(first, first + count)


def pages(what: str) -> Iterator[dict[str, Any]]:
    """Walk what GitHub lists of the pull request."""
    for number in range(1, _MOST_PAGES + 1):
        page = ask(f"{what}?per_page={_PAGE}&page={number}")
        yield from page
        if len(page) < _PAGE:
            return


def ask(what: str, body: dict[str, Any] | None = None) -> Any:
    """Ask for something of the pull request; with a body, give it to GitHub."""
    place = "{GITHUB_API_URL}/repos/{GITHUB_REPOSITORY}/pulls/{PULL_REQUEST}".format_map(os.environ)
    headers = {
        "Accept": "application/vnd.github+json",
        "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
        "Content-Type": "application/json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    data = json.dumps(body).encode() if body is not None else None
    asked = Request(f"{place}/{what}", data, headers)  # noqa: S310 - the runner says where GitHub is
    with urlopen(asked, timeout=_SECONDS) as answer:  # noqa: S310 - see above
        return json.load(answer)


if __name__ == "__main__":
    main()
