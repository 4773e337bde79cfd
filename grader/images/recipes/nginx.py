"""drydock/nginx: the web server, laid out as the official image is."""

from __future__ import annotations

from grader.images.archive import ImageConfig
from grader.images.recipes.base import LEFT_OUT, Packages, Recipe, labels
from grader.images.tree import FileTree

_NGINX_CONF = """user  nginx;
worker_processes  auto;

error_log  /var/log/nginx/error.log notice;
pid        /run/nginx.pid;

events {
    worker_connections  1024;
}

http {
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] "$request" '
                      '$status $body_bytes_sent "$http_referer" '
                      '"$http_user_agent" "$http_x_forwarded_for"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    keepalive_timeout  65;

    include /etc/nginx/conf.d/*.conf;
}
"""

_DEFAULT_CONF = """server {
    listen       80;
    listen  [::]:80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
"""

_INDEX = """<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>This page comes from the image drydock/nginx. Put your own files into /usr/share/nginx/html.</p>
</body>
</html>
"""

_ERROR = """<!DOCTYPE html>
<html>
<head>
<title>Error</title>
</head>
<body>
<h1>An error occurred.</h1>
<p>The page you are looking for is currently unavailable.</p>
</body>
</html>
"""

# As in the official image: scripts in /docker-entrypoint.d run first, then the command takes the shell's place.
_ENTRYPOINT = """#!/bin/sh
set -e
if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
    for script in $(find /docker-entrypoint.d/ -follow -type f -name '*.sh' 2>/dev/null | sort); do
        if [ -x "$script" ]; then
            echo "$0: Launching $script"
            "$script"
        else
            echo "$0: Ignoring $script, not executable"
        fi
    done
fi
exec "$@"
"""


def _shape(tree: FileTree, packages: Packages) -> None:
    tree.drop(
        [
            *LEFT_OUT,
            "etc/nginx/sites-*",
            "etc/nginx/modules-*",
            "etc/nginx/snippets",
            "etc/nginx/koi-*",
            "etc/nginx/win-utf",
            "usr/share/nginx/modules",
            "usr/share/nginx/modules-*",
        ]
    )
    tree.file("etc/nginx/nginx.conf", _NGINX_CONF)
    tree.file("etc/nginx/conf.d/default.conf", _DEFAULT_CONF)
    tree.file("usr/share/nginx/html/index.html", _INDEX)
    tree.file("usr/share/nginx/html/50x.html", _ERROR)
    tree.file("docker-entrypoint.sh", _ENTRYPOINT, 0o755)
    tree.folder("docker-entrypoint.d")
    tree.folder("var/lib/nginx", uid=101, gid=101)
    tree.folder("var/log/nginx", uid=101, gid=101)
    tree.link("var/log/nginx/access.log", "/dev/stdout")
    tree.link("var/log/nginx/error.log", "/dev/stderr")


def _config(packages: Packages) -> ImageConfig:
    version = packages["nginx"].upstream_version
    return ImageConfig(
        cmd=("nginx", "-g", "daemon off;"),
        entrypoint=("/docker-entrypoint.sh",),
        env=(("NGINX_VERSION", version),),
        expose=("80/tcp",),
        stopsignal="SIGQUIT",
        labels=labels("nginx", version),
    )


RECIPE = Recipe(
    name="nginx",
    tag="1",
    title="The nginx web server",
    software="nginx",
    packages=("nginx",),
    official="nginx:1",
    dockerfile="",
    config=_config,
    shape=_shape,
)
