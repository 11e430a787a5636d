"""Fetches one public page, and nothing that is not public.

A page's address, and every address that it redirects to, is resolved once; the connection goes to exactly the address
that was checked, so a name that resolves differently a moment later changes nothing. Proxies are not used, because a
proxy resolves names on its own.
"""

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.errors import CorpusError
from assistant.frontmatter import shown, url_fault

if TYPE_CHECKING:
    import httpx

MAX_BYTES = 5_000_000
MAX_REDIRECTS = 5
MAX_SECONDS = 60.0
"""For one address with all its redirects."""
CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0

_INSTEAD = "Save the page and add the file, with --url."
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True)
class Fetched:
    """What an address answered."""

    url: str
    """The address after all redirects."""
    media_type: str
    """As the server says it, lower case, without parameters: `text/html`; empty when it says nothing."""
    charset: str | None
    content: bytes


def fetch(url: str, *, allow_private: bool = False) -> Fetched:
    """The content at a web address.

    Raises CorpusError that names the reason: not http or https, an address of this machine or its network (unless
    `allow_private`), no answer in time, an error status, more than MAX_BYTES.
    """
    import httpx

    deadline = time.monotonic() + MAX_SECONDS
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(timeout=timeout, trust_env=False, verify=httpx.create_ssl_context()) as client:
        for _ in range(MAX_REDIRECTS + 1):
            target = _target(url)
            address = _address(target.raw_host.decode("ascii"), target.port, allow_private)
            request = client.build_request(
                "GET",
                target.copy_with(host=address),
                headers={
                    "Host": target.netloc.decode("ascii"),
                    "User-Agent": "article-assistant",
                    "Accept": "text/html, application/pdf, text/markdown, text/plain;q=0.9",
                },
                extensions={"sni_hostname": target.raw_host.decode("ascii")},
            )
            try:
                response = client.send(request, stream=True)
                try:
                    if not response.has_redirect_location:
                        return _received(url, response, deadline)
                    url = str(target.join(response.headers["Location"]))
                finally:
                    response.close()
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise CorpusError(f"{shown(url)} cannot be fetched: {_reason(error)}. {_INSTEAD}") from error
    raise CorpusError(f"{shown(url)} was reached after {MAX_REDIRECTS} redirects and redirects again. {_INSTEAD}")


def _target(url: str) -> "httpx.URL":
    import httpx

    if fault := url_fault(url):
        raise CorpusError(f"{shown(url)} cannot be fetched: {fault}.")
    try:
        target = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise CorpusError(f"{shown(url)} cannot be fetched: {error}. Copy it again from the browser.") from error
    if target.userinfo:
        raise CorpusError(f"The address of {shown(target.host)} holds a password, which would be stored. {_INSTEAD}")
    return target


def _address(host: str, port: int | None, allow_private: bool) -> str:
    """The first address of a host; all of them must be public, because any of them may be what a name is made for."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CorpusError(f"There is no site {shown(host)}. Check the address and the connection.") from error
    addresses = [str(entry[4][0]) for entry in found]
    private = [address for address in addresses if not is_public(address)]
    if private and not allow_private:
        raise CorpusError(
            f"{shown(host)} is {private[0]}, an address of this machine or its network. "
            "If you mean it, say so with --allow-private."
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address can belong to a site on the public internet, an IPv4 address inside it included."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # with a zone, such as fe80::1%eth0: link-local
        return False
    if not ip.is_global or ip.is_multicast:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour, ip.teredo[1] if ip.teredo else None]
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        return all(v4 is None or v4.is_global for v4 in inner)
    return True


def _received(url: str, response: "httpx.Response", deadline: float) -> Fetched:
    if response.status_code != 200:
        reason = f"{response.status_code} {response.reason_phrase}".strip()
        raise CorpusError(f"{shown(url)} answers {reason}. {_INSTEAD}")
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > MAX_BYTES:
            raise CorpusError(f"{shown(url)} is larger than {MAX_BYTES // 1_000_000} MB. Save what matters as text.")
        if time.monotonic() > deadline:
            raise CorpusError(f"{shown(url)} took longer than {MAX_SECONDS:.0f} seconds. {_INSTEAD}")
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(url, media_type, response.charset_encoding, bytes(content))


def _reason(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__
