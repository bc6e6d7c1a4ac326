"""The owner's pages as Lighthouse rates them, on a phone, in each language: `python bench/lighthouse.py`.

Pages that are named as arguments are rated alone.

Lighthouse is npm's, as locked in tools/lighthouse; it drives Debian's Chromium, whole and without a window,
and computes what a phone of the middle class on a slow net would see. Each page is rated from 0 to 100 in
four ways. What is rated is served here; nothing else is reached.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))  # before the steps of this folder

import chromium  # noqa: E402 - of the tools
import webassembly  # noqa: E402

OWN = ROOT / "tools" / "lighthouse"
BUILT = ROOT / "build" / "lighthouse"
PAGES = (
    "/",
    "/guide/what-does-it-show",
    "/number",
    "/number/photo",
    "/models",
    "/models/renault_86a",
    "/practice/renault_86a",
    "/coach",
    "/vault",
    "/prevention",
    "/questions",
    "/sheet?make=nissan",
)
LANGUAGES = ("en", "ru")
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95
CHROMIUM = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --no-first-run"


def ensure() -> Path:
    """See that Lighthouse and Chromium are here; return Lighthouse's program."""
    webassembly.ensure()  # Node.js and npm
    chromium.ensure(chromium.WHOLE)
    BUILT.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        (BUILT / name).write_bytes((OWN / name).read_bytes())
    subprocess.run(["npm", "ci", "--silent", "--ignore-scripts", "--prefix", BUILT], check=True)
    return BUILT / "node_modules" / "lighthouse" / "cli" / "index.js"


def rate(program: Path, address: str, language: str) -> tuple[dict[str, int], list[str]]:
    """Return the points of a page in each category, and the audits that cost some."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        ran = subprocess.run(
            [
                *("node", program, address, "--quiet", "--output=json", f"--output-path={report}"),
                *("--no-enable-error-reporting", f"--only-categories={','.join(CATEGORIES)}"),
                f"--extra-headers={json.dumps({'Accept-Language': language})}",
                f"--chrome-flags={CHROMIUM}",
            ],
            env={**os.environ, "CHROME_PATH": chromium.find() or ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            sys.exit(f"{address}: {ran.stderr or ran.stdout}")
        said = json.loads(report.read_text("utf-8"))
    points, lost = {}, []
    for category in CATEGORIES:
        found = said["categories"][category]
        points[category] = round(100 * found["score"])
        for part in found["auditRefs"]:
            audit = said["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < LEAST / 100:
                lost.append(f"{part['id']} {audit.get('displayValue', '')}".strip())
    return points, lost


def main() -> None:
    """Serve the product and print what each page gets; fail where it is less than `LEAST`."""
    program, pages = ensure(), tuple(sys.argv[1:]) or PAGES
    radiokey, missed = str(Path(sys.executable).with_name("radiokey")), []
    print(f"{'':30} {'  '.join(CATEGORIES)}   (each at least {LEAST})")
    with tempfile.TemporaryDirectory() as folder:
        command = [radiokey, "serve", "--port", "0", "--database", str(Path(folder) / "base.sqlite3")]
        subprocess.run([radiokey, "base", "init", *command[4:]], check=True, stdout=subprocess.DEVNULL)
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            port = int(server.stdout.readline().rpartition(":")[2])
            for page in pages:
                for language in LANGUAGES:
                    points, lost = rate(program, f"http://127.0.0.1:{port}{page}", language)
                    row = "  ".join(f"{points[one]:{len(one)}}" for one in CATEGORIES)
                    print(f"{page:27} {language} {row}   {'; '.join(lost)}", flush=True)
                    if min(points.values()) < LEAST:
                        missed.append(f"{page} ({language})")
            server.terminate()
    if missed:
        sys.exit(f"less than {LEAST}: {', '.join(missed)}")


if __name__ == "__main__":
    main()
