"""A tiny curl: curl.py [-i] [-I] [-X METHOD] [-H 'NAME: VALUE'] [-u USER:PASSWORD] URL"""

import argparse
import base64
import sys
import urllib.error
import urllib.request


class AsItComes(urllib.request.HTTPRedirectHandler):
    """Like curl, follow nobody who points elsewhere."""

    def redirect_request(self, *_words):
        return None


def main():
    options = argparse.ArgumentParser(prog="curl")
    options.add_argument("-i", action="store_true", help="headers, too")
    options.add_argument("-I", action="store_true", help="only headers, by HEAD")
    options.add_argument("-s", action="store_true", help="says nothing of itself, as always here")
    options.add_argument("-X", metavar="METHOD", help="GET, HEAD, DELETE …")
    options.add_argument("-H", metavar="NAME: VALUE", action="append", default=[], help="one more header")
    options.add_argument("-u", metavar="USER:PASSWORD", help="log in")
    options.add_argument("url", nargs="+")
    asked = options.parse_args()

    headers = merged(asked.H)
    if asked.u:
        headers["Authorization"] = "Basic " + base64.b64encode(asked.u.encode()).decode()
    method = asked.X or ("HEAD" if asked.I else "GET")
    for url in asked.url:
        ask(urllib.request.Request(url, method=method, headers=headers), asked)


def ask(request, asked):
    try:
        answer = urllib.request.build_opener(AsItComes).open(request, timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    except OSError as error:
        sys.exit(f"curl: {getattr(error, 'reason', error)}")
    if asked.i or asked.I:
        print(f"HTTP/1.1 {answer.status} {answer.reason}")
        for name, value in answer.headers.items():
            print(f"{name}: {value}")
        print()
    if not asked.I:
        print(answer.read().decode("utf-8", "replace").rstrip("\n"))


def merged(lines):
    """Headers as names with values; two of one name are sent as one."""
    headers = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        value = value.strip()
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


main()
