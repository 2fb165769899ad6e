#!/bin/sh
# Prints the Python that everything is built with, on a machine that may have next to nothing.
# Root gets what is missing from apt, and the system's Python, because the service account and the jails have to read it;
# anybody else is told in one line what is missing and which package has it.
set -eu
needs="$*"

lacking=""
missing() { # command, apt package
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "installing $2 (for $1)" >&2
        [ -n "${apt_updated:-}" ] || { apt-get update -qq >&2; apt_updated=1; }
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$2" >&2
    else
        # All of them at once: whoever has to ask for packages asks one time.
        lacking="$lacking $2"
    fi
}

python=python3
[ "$(id -u)" != 0 ] || python=/usr/bin/python3
command -v "$python" >/dev/null 2>&1 || missing python3 python3
! command -v "$python" >/dev/null 2>&1 || "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Python 3.11 or later is needed; $python is older. Install a newer python3, then try again." >&2
    exit 1
}
"$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || missing "Python's venv" python3-venv
command -v git >/dev/null 2>&1 || missing git git
for need in $needs; do
    case $need in
    chromium) command -v chromium >/dev/null 2>&1 || missing chromium chromium ;;
    esac
done
[ -z "$lacking" ] || {
    echo "Missing are the packages$lacking: apt install$lacking, then try again." >&2
    exit 1
}
echo "$python"
