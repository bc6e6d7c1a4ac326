// node run.mjs PROJECT PARTS ARGUMENTS...: `pytest ARGUMENTS` in PROJECT on the CPython of Pyodide.
// PARTS is a folder of Python packages; neither folder is written to.
import { loadPyodide } from "pyodide";

const [project, parts, ...pytest] = process.argv.slice(2);
const python = await loadPyodide({
  env: { HOME: "/tmp", PYTEST_DISABLE_PLUGIN_AUTOLOAD: "1", PYTHONDONTWRITEBYTECODE: "1" },
});
for (const [at, root] of [
  ["/project", project],
  ["/parts", parts],
]) {
  python.FS.mkdir(at);
  python.FS.mount(python.FS.filesystems.NODEFS, { root }, at);
}
python.globals.set("arguments", python.toPy(pytest));
process.exitCode = python.runPython(`
import os
import sys

os.chdir("/project")
sys.path[:0] = ["/project/src", "/parts"]

import pytest

print("Python", sys.version.split()[0], "on", sys.platform, flush=True)
int(pytest.main(list(arguments)))
`);
