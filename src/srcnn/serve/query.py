"""The query keys of ``/v1/upscale``, named as the command line's options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from srcnn.baselines.bicubic import NAME as BICUBIC
from srcnn.conversion.conversion import Conversion, Limits
from srcnn.conversion.size import IfLarger, TargetSize
from srcnn.errors import ModelError, UsageError, choices
from srcnn.images.formats import format_of_name
from srcnn.serve.limits import ServeLimits
from srcnn.weights.store import shipped

_YES, _NO = ("1", "true", "yes", "on", ""), ("0", "false", "no", "off")


def key(kind: str, text: str, **schema: object) -> Any:
    """Return a field for a query key.

    Args:
        kind: Its JSON type: ``number``, ``integer``, ``string`` or ``boolean``.
        text: What it means.
        **schema: More of its JSON schema, such as ``minimum``.
    """
    default = False if kind == "boolean" else None
    return field(default=default, metadata={"type": kind, "help": text, "schema": schema})


@dataclass(frozen=True)
class Query:
    """What a client asks for. Each field is a query key; its meaning is in the field's metadata.

    A model can only be named, not given as a file, and no key names a file or an address.
    """

    scale: float | None = key("number", "Enlargement, above 1. Default: 3.", exclusiveMinimum=1)
    width: int | None = key("integer", "Width of the result, in place of a scale.", minimum=1)
    height: int | None = key("integer", "Its height; with a width: fit inside both.", minimum=1)
    max_edge: int | None = key("integer", "The longer side of the result.", minimum=1)
    if_larger: str | None = key(
        "string",
        "What to do with a picture that fills this size already. Default: error.",
        enum=["error", "reduce"],
    )
    model: str | None = key("string", "Name of a network, see /v1/models. Default: fast.")
    tta: bool = key("boolean", "Average over 8 flips and turns: better, 8 times as slow.")
    format: str | None = key("string", "Format of the result. Default: that of the picture.")
    quality: int | None = key("integer", "Quality of JPEG, WebP and AVIF.", minimum=1, maximum=100)
    no_mark: bool = key("boolean", "The result does not say that srcnn made it.")

    def conversion(self, limits: ServeLimits) -> Conversion:
        """Return what to do.

        Raises:
            SrcnnError: If values cannot be combined, or a name is unknown.
        """
        size = TargetSize(self.scale, self.width, self.height, self.max_edge)
        fmt = None if self.format is None else format_of_name(self.format)
        if self.model is not None:
            check_model(self.model)
        held = Limits(limits.max_pixels, limits.max_bytes, limits.max_result)
        larger = IfLarger(self.if_larger or "error")
        return Conversion(size, fmt, self.quality, held, larger, mark=not self.no_mark)


def models() -> list[str]:
    """Return the names of the models that clients can ask for."""
    return [*dict.fromkeys(name for name, _ in shipped()), BICUBIC]


def check_model(name: str) -> None:
    """Check that clients can ask for a model.

    Raises:
        ModelError: If they cannot.
    """
    known = models()
    if name not in known:
        raise ModelError(f"model '{name}'", "is unknown", choices(name, known))


def parse(pairs: Sequence[tuple[str, str]]) -> Query:
    """Read a query.

    Args:
        pairs: Its (key, value) pairs, decoded.

    Raises:
        UsageError: If a key is unknown or is given twice, or a value has the wrong type.
    """
    known = {each.name: each for each in fields(Query)}
    values: dict[str, object] = {}
    for name, text in pairs:
        if name not in known:
            raise UsageError(f"query key '{name}'", "is not known", choices(name, known))
        if name in values:
            raise UsageError(f"query key '{name}'", "is given twice", "give it once")
        values[name] = _value(name, text, known[name].metadata)
    return Query(**values)  # type: ignore[arg-type]


def _value(name: str, text: str, about: Any) -> object:
    what = f"{name}={text}"
    kind, allowed = about["type"], about["schema"].get("enum")
    if allowed is not None and text not in allowed:
        raise UsageError(what, "is not known", choices(text, allowed))
    if kind == "boolean":
        if text.lower() not in (*_YES, *_NO):
            raise UsageError(what, "is neither 1 nor 0", f"write {name}=1")
        return text.lower() in _YES
    if kind == "string":
        return text
    try:
        if len(text) > 30:  # int() of a long text is slow
            raise ValueError
        return float(text) if kind == "number" else int(text)
    except ValueError:
        meant = "a number" if kind == "number" else "a whole number"
        raise UsageError(what, f"is not {meant}") from None
