# What ./run and ./test have in common; read by them with `.`, in the repository's root.
# Every step is skipped when it is already done, so a repeated start costs a fraction of a second.

PYTHON=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

# Debian packages: only what dpkg says is missing.
packages() {
    missing=
    for package in "$@"; do
        case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) in
        installed) ;;
        *) missing="$missing $package" ;;
        esac
    done
    [ -n "$missing" ] || return 0
    say "Installing Debian packages:$missing"
    if [ "$(id -u)" = 0 ]; then
        root=env
    elif command -v sudo >/dev/null && sudo -v; then
        root="sudo env"
    else
        say "These Debian packages are missing and this account may not install them. Ask an administrator for:"
        say "    apt-get install --no-install-recommends$missing"
        exit 1
    fi
    $root DEBIAN_FRONTEND=noninteractive apt-get -q update >&2
    # shellcheck disable=SC2086
    $root DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing >&2
}

# Python packages into .venv: python_packages LOCK [ANOTHER…] installs LOCK unless it, or another that holds
# the same and more, is already in. A stamp a lock remembers what was installed.
python_packages() {
    for lock in "$@"; do
        [ "$(cat ".venv/installed-$lock" 2>/dev/null)" != "$(sha256sum <"$lock")" ] || return 0
    done
    [ -x "$PYTHON" ] || python3 -m venv .venv
    say "Installing Python packages from $1"
    $PYTHON -m pip install -qq --disable-pip-version-check --require-hashes -r "$1" >&2
    sha256sum <"$1" >".venv/installed-$1"
}

# Catalogues are kept as text; what the program reads is made from them.
translations() {
    for catalogue in translations/*/LC_MESSAGES/messages.po; do
        [ -e "$catalogue" ] || continue
        if [ ! "${catalogue%.po}.mo" -nt "$catalogue" ]; then
            .venv/bin/pybabel --quiet compile -d translations >&2
            return
        fi
    done
}
