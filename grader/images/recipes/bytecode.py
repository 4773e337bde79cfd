"""What Python makes of its library's modules when they are first imported, made when the image is.

Without it every container that imports http.server compiles twenty modules anew: 0.2 s of CPU at each start.
"""

from __future__ import annotations

import importlib.util
import marshal
import re
import sys

from grader.images.tree import FileTree

#: PEP 552: the file holds a hash of the source, and nobody need compare it (bit 0 without bit 1).
_UNCHECKED_HASH = (1).to_bytes(4, "little")
#: The last format that writes each object out. Later ones refer to objects that the writing process happens to
#: share, and so differ from run to run.
_FORMAT = 2
_MODULE = re.compile(r"usr/lib/python(\d+)\.(\d+)/(?:(?P<package>\w+)/)?(?:\w+/)*\w+\.py")
#: Beside the modules that are no package's: what web servers, clients and small programs import.
_PACKAGES = {
    *("asyncio", "collections", "concurrent", "email", "encodings", "html", "http", "importlib", "json", "logging"),
    *("pathlib", "re", "sqlite3", "urllib"),
}


def add_bytecode(tree: FileTree) -> None:
    """Add ``__pycache__`` to Python's library in ``tree``, if it is the library of the Python that runs this.

    Another Python could not make it; the image then works as well, only slower.
    """
    for path in filter(tree.is_file, list(tree)):
        found = _MODULE.fullmatch(path)
        if found is None or (found["package"] and found["package"] not in _PACKAGES):
            continue
        if (int(found[1]), int(found[2])) != sys.version_info[:2]:
            continue
        folder, _slash, name = path.rpartition("/")
        source = tree.read(path)
        code = compile(source, f"/{path}", "exec", dont_inherit=True, optimize=0)
        header = importlib.util.MAGIC_NUMBER + _UNCHECKED_HASH + importlib.util.source_hash(source)
        cached = f"{folder}/__pycache__/{name.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
        tree.file(cached, header + marshal.dumps(code, _FORMAT))
