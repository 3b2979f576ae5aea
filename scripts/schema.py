"""Write recipes/schema.json, with which editors complete and check recipes."""

from pathlib import Path

from srcnn.training.config import schema

if __name__ == "__main__":
    (Path(__file__).parents[1] / "recipes" / "schema.json").write_text(schema(), encoding="utf-8")
