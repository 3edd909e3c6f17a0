"""Keeps the certificate of the webhook: new files are taken while connections go on."""

import ssl
from pathlib import Path

from meshctl.errors import InputError
from meshctl.gate.serving.log import log

_Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """A context for TLS 1.2 and 1.3 that follows two files.

    Files of a mounted Secret are swapped as a whole, by a link; so it is their times, sizes and
    inodes that are looked at. A pair that doesn't fit is not taken: the old one stays in use.
    """

    def __init__(self, certificate: str, key: str) -> None:
        self._files = certificate, key
        self.context = _context()
        self._stamp = self._read_stamp()
        try:
            self.context.load_cert_chain(certificate, key)
        except (OSError, ssl.SSLError) as error:
            raise InputError(
                f"{certificate} and {key} are no certificate with its key ({_reason(error)}); "
                "--tls-cert and --tls-key name them, --self-signed makes some"
            ) from error

    @property
    def is_there(self) -> bool:
        """Are both files there?"""
        return all(Path(file).is_file() for file in self._files)

    def follow(self) -> bool:
        """Take the files if they are others now; new connections get what they hold."""
        stamp = self._read_stamp()
        if stamp == self._stamp or not stamp:
            return False
        self._stamp = stamp
        try:
            _context().load_cert_chain(*self._files)  # half a pair never reaches a connection
            self.context.load_cert_chain(*self._files)
        except (OSError, ssl.SSLError) as error:
            log("certificate-refused", file=self._files[0], reason=_reason(error))
            self._stamp = ()
            return False
        log("certificate-taken", file=self._files[0])
        return True

    def _read_stamp(self) -> _Stamp:
        try:
            found = [Path(file).stat() for file in self._files]
        except OSError:
            return ()
        return tuple((one.st_mtime_ns, one.st_size, one.st_ino) for one in found)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _reason(error: OSError) -> str:
    return str(getattr(error, "reason", None) or error.strerror or error)
