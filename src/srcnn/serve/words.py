"""What the pages say, where they differ."""

from __future__ import annotations

from dataclasses import dataclass, replace

RUNTIME = "1.30.0"
"""Version of onnxruntime-web that the page in the browser runs on."""

_CURRENT = ' aria-current="page"'


@dataclass(frozen=True)
class Words:
    """The varying parts of a page, in HTML.

    Attributes:
        title: Title of the window.
        engine: Name of the script that enlarges: ``server`` or ``browser``.
        lede: The sentence below the heading.
        notes_title: Heading of the notes.
        notes: What a visitor should know, as a list.
        navigation: Links to the other page.
        notice: A box above the settings; empty if nothing is wrong.
        formats: More settings.
        accept: Files that the chooser shows.
        state: The first line of the state.
        wasm: Whether the page may compile WebAssembly.
        closed: Whether nothing can be enlarged.
    """

    title: str
    engine: str
    lede: str
    notes_title: str
    notes: str
    navigation: str = ""
    notice: str = ""
    formats: str = ""
    accept: str = "image/*"
    state: str = ""
    wasm: bool = False
    closed: bool = False

    def values(self) -> dict[str, str]:
        """Return the values of the template's names."""
        texts = {key: value for key, value in vars(self).items() if isinstance(value, str)}
        return {**texts, "body_class": "closed" if self.closed else "open"}


def _navigation(current: str) -> str:
    pages = {"./": "On this server", "local": "In this browser"}
    links = "".join(
        f'<a href="{href}"{_CURRENT if href == current else ""}>{text}</a>'
        for href, text in pages.items()
    )
    return f'<nav aria-label="Where the work is done">{links}</nav>'


_FORMATS = """<label class="select"><span>Format</span>
<select name="format">
<option value="">As the picture</option>
<option value="png">PNG</option>
<option value="jpg">JPEG</option>
<option value="webp">WebP</option>
</select></label>"""

_LOCAL_NOTES = """<ul>
<li>The result is a PNG with 8 bits a channel. 16-bit pictures lose their lower 8 bits.</li>
<li>Metadata (EXIF, GPS, XMP, dates, resolution) is dropped. The orientation is applied first.</li>
<li>A color profile is dropped. The colors are converted to sRGB first, so they look the same in the
range of sRGB.</li>
<li>Only the first picture of an animation, or of a file with several pages, is enlarged.</li>
<li>Transparency is kept. Colors of half-transparent pixels may be a few levels off.</li>
<li>At most 16 megapixels are enlarged, to at most 64.</li>
<li><code>srcnn upscale</code> has none of these limits, and reads more formats.</li>
</ul>"""

SERVER = Words(
    title="srcnn: enlarge pictures",
    engine="server",
    lede="Pictures are sent to the machine that this page comes from, and nowhere else.",
    notes_title="What happens to a picture",
    notes="""<ul>
<li>The server enlarges it in memory and sends it back. It keeps no copy.</li>
<li>Bit depth, color profile and metadata stay, as far as the format holds them.</li>
<li>The browser cannot show every format that the server reads, such as TIFF. The result can be
downloaded all the same.</li>
</ul>""",
    navigation=_navigation("./"),
    formats=_FORMATS,
    accept="image/*,.heic,.heif,.tif,.tiff,.avif",
)

LOCAL = Words(
    title="srcnn: enlarge pictures in this browser",
    engine="browser",
    lede="Pictures stay in this browser. Nothing is uploaded.",
    notes_title="What the version in the browser drops",
    notes=_LOCAL_NOTES,
    navigation=_navigation("local"),
    state="Loading the networks",
    wasm=True,
)

STATIC = replace(LOCAL, navigation="")
WITHOUT_WASM = replace(
    LOCAL,
    notice=f"""<p class="notice" id="missing"><strong>This server was started without the files that
run networks in a browser.</strong> Its owner can add them:
<code>npm pack onnxruntime-web@{RUNTIME}</code>, unpack the file, and start
<code>srcnn serve --wasm FOLDER</code> with the unpacked folder. Meanwhile,
<a href="./">enlarge on this server</a>.</p>""",
    state="",
    wasm=False,
    closed=True,
)
