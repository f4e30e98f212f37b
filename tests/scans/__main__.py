"""`python -m tests.scans --procedure child-allowance --hand pen-5 --seed 1 --out DIR`: filled forms and their truth."""

import argparse
import json
from pathlib import Path

from forms.procedures import CATALOGUE
from tests.scans.hands import HANDS, hands
from tests.scans.make import CAMERAS, fill_form


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.scans", description=__doc__)
    parser.add_argument("--procedure", choices=[*CATALOGUE, "all"], default="child-allowance")
    parser.add_argument("--hand", choices=[*HANDS, "train", "dev", "test"], default="test")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--taken", choices=CAMERAS, default="mixed")
    parser.add_argument("--mode", choices=("colour", "grey", "bw"), default="")
    parser.add_argument("--ward", default="131083")
    parser.add_argument("--out", type=Path, required=True)
    wish = parser.parse_args()
    wish.out.mkdir(parents=True, exist_ok=True)
    writers = [wish.hand] if wish.hand in HANDS else [hand.name for hand in hands(wish.hand)]
    for procedure in CATALOGUE if wish.procedure == "all" else [wish.procedure]:
        for hand in writers:
            form = fill_form(procedure, hand, wish.seed, taken=wish.taken, mode=wish.mode, ward=wish.ward)
            name = f"{procedure}-{hand}-{wish.seed}"
            truth = form.truth()
            for place, image in enumerate(form.images):
                file = wish.out / f"{name}-{place + 1}{Path(image.name).suffix}"
                file.write_bytes(image.data)
                truth["images"][place]["file"] = file.name
                print(file)
            (wish.out / f"{name}.json").write_text(json.dumps(truth, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
