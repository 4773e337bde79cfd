"""The key by which an LMS knows the course."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from grader.lms.key import FILE, ToolKey
from grader.lms.settings import LmsError


def test_a_key_of_another_kind_is_moved_aside_before_a_new_one_is_made(tmp_path: Path) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    for content in (b"no key", other.private_bytes(encoding, form, serialization.NoEncryption())):
        (tmp_path / FILE).write_bytes(content)
        for ask in (ToolKey.read, ToolKey.make):
            with pytest.raises(LmsError) as refused:
                ask(tmp_path)
            assert refused.value.remedy == f"mv {tmp_path}/{FILE} {tmp_path}/{FILE}.old; drydock grades key"
