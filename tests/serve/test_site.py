"""The files of the pages: what may run on them, where they come from, and what is refused."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.types import Message

from srcnn.errors import DestinationExists, UsageError
from srcnn.serve.site import SHA256, export_static, routes, site_of
from srcnn.serve.words import RUNTIME


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str


class Client:
    """Calls an application as a server does, with the path as it stands in the request."""

    def __init__(self, wasm: Path | None) -> None:
        self._app = Starlette(routes=routes(wasm))

    def get(self, path: str) -> Answer:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            sent.append(dict(message))

        path, _, query = path.partition("?")
        scope = {"type": "http", "method": "GET", "path": path, "headers": []}
        asyncio.run(self._app({**scope, "query_string": query.encode()}, receive, send))
        headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers, sent[1]["body"].decode("utf-8", "replace"))


@pytest.fixture
def client() -> Client:
    return Client(None)


def test_a_page_and_its_files_are_answered(client: Client) -> None:
    page = client.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    linked = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert {"assets/page.css", "assets/page.js", "local"} <= set(linked)
    for name in linked:
        assert client.get(f"/{name.removeprefix('./')}").status == 200


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/../site.py", "/assets//page.css", "/local/ort/x", "/page.html"]
)
def test_nothing_else_is(client: Client, path: str) -> None:
    assert client.get(path).status == 404


def test_the_policy_is_strict(client: Client) -> None:
    for path in ("/", "/local", "/assets/page.js"):
        policy = client.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; ")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        headers = client.get(path).headers
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cross-origin-embedder-policy"] == "require-corp"
        assert headers["x-content-type-options"] == "nosniff"


def test_nothing_on_a_page_comes_from_elsewhere() -> None:
    """Nor is anything written into the page that the policy would block."""
    for path, asset in site_of(None).items():
        text = asset.content.decode()
        found = re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]+", text)
        assert set(found) <= {"http://www.w3.org"}, path
        if asset.type.startswith("text/html"):
            assert not re.search(r"<style|<script(?! type=\"module\" src)|\son\w+=|\sstyle=", text)


def test_without_the_files_local_says_so(client: Client) -> None:
    text = client.get("/local").text
    assert f"npm pack onnxruntime-web@{RUNTIME}" in text
    assert 'class="closed"' in text
    assert client.get("/local/worker.js").status == 404


def test_files_of_another_version_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"has no .*npm pack onnxruntime-web@{re.escape(RUNTIME)}"):
        routes(tmp_path)
    (tmp_path / "dist").mkdir()
    for name in SHA256:
        (tmp_path / "dist" / name).write_bytes(b"another")
    with pytest.raises(
        UsageError, match=f"is not the file of onnxruntime-web {re.escape(RUNTIME)}"
    ):
        export_static(tmp_path / "site", tmp_path)
    assert not (tmp_path / "site").exists()


@pytest.mark.slow
def test_with_the_files_only_local_may_compile(wasm: Path) -> None:
    """The script of a worker has a policy of its own: the one that comes with the script."""
    client = Client(wasm)
    for path, allowed in {
        "/": False,
        "/assets/page.js": False,
        "/local": True,
        "/local/worker.js": True,
        "/local/ort/ort.wasm.bundle.min.js": True,
    }.items():
        policy = client.get(path).headers["content-security-policy"]
        assert ("'wasm-unsafe-eval'" in policy) == allowed
        assert "'unsafe-eval'" not in policy
    listed = json.loads(client.get("/local/models.json").text)
    names = [listed["runtime"], listed["wasm"], *(model["url"] for model in listed["models"])]
    for name in names:
        answer = client.get(f"/local/{name}")
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]
    made = [(model["name"], model["scale"]) for model in listed["models"]]
    assert made == [(model, scale) for model in ("best", "fast") for scale in (2, 3, 4)]


@pytest.mark.slow
def test_a_folder_with_files_is_left_alone(wasm: Path, tmp_path: Path) -> None:
    (tmp_path / "own.html").write_text("mine")
    with pytest.raises(DestinationExists):
        export_static(tmp_path, wasm)
    assert [path.name for path in tmp_path.iterdir()] == ["own.html"]
