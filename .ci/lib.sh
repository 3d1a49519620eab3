# What .ci/run and .ci/full share. Both source this file, in the project's directory.
set -euo pipefail

# Interpreters that pyenv keeps are not on PATH under their own names.
for directory in "$HOME"/.pyenv/versions/3.1[1-9]*/bin; do
    if [[ -d $directory ]]; then PATH=$directory:$PATH; fi
done
export PATH UV_PYTHON_DOWNLOADS=${UV_PYTHON_DOWNLOADS:-never}
if [[ -z ${SSL_CERT_FILE:-} && -f /etc/ssl/certs/ca-certificates.crt ]]; then
    export SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
fi

# Each process would compile Django anew.
unset PYTHONDONTWRITEBYTECODE

fail() {
    printf '\n%s: %s\n' "$0" "$*" >&2
    exit 1
}

# has_program NAME DIRECTORY...: whether it is on PATH or where Debian keeps it beside.
has_program() {
    local name=$1 directory
    shift
    if command -v "$name" >/dev/null; then return; fi
    for directory in "$@"; do
        if [[ -x $directory/$name ]]; then return; fi
    done
    return 1
}

install_system_packages() {
    local missing=()
    if ! command -v pkg-config >/dev/null; then missing+=(pkg-config); fi
    if ! { pkg-config --exists libmariadb || pkg-config --exists mysqlclient; } 2>/dev/null; then
        missing+=(libmariadb-dev)
    fi
    if ! command -v gcc >/dev/null; then missing+=(gcc); fi
    # The servers that tests/faults breaks are programs that it starts, wherever the others answer.
    if ! command -v redis-server >/dev/null; then missing+=(redis-server); fi
    if ! has_program mariadbd /usr/sbin; then missing+=(mariadb-server); fi
    if ! has_program initdb /usr/lib/postgresql/*/bin; then missing+=(postgresql); fi
    if ! command -v xgettext >/dev/null; then missing+=(gettext); fi
    if ! command -v node >/dev/null; then missing+=(nodejs); fi
    if ! command -v npm >/dev/null; then missing+=(npm); fi
    if ! command -v "${CHROMIUM:-/usr/bin/chromium}" >/dev/null; then missing+=(chromium); fi
    if ((${#missing[@]} == 0)); then return; fi
    if ! command -v apt-get >/dev/null; then
        fail "Install what these Debian packages hold: ${missing[*]} (a Chromium elsewhere: CHROMIUM=/path)."
    fi
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "${missing[@]}" \
        || fail "apt-get could not install: ${missing[*]}."
}

install_uv() {
    if command -v uv >/dev/null && uv --version >/dev/null 2>&1; then return; fi
    python3 -m venv .tox/uv
    .tox/uv/bin/python -m pip install --quiet uv
    PATH=$PWD/.tox/uv/bin:$PATH
}

require_service() {
    local name=$1 host=$2 port=$3 start=$4
    for _ in {1..10}; do
        if timeout 2 bash -c "exec 3<>/dev/tcp/$host/$port" 2>/dev/null; then return; fi
        sleep 1
    done
    fail "$name does not answer on $host:$port. Start it, on Debian with: $start"
}

require_services() {
    local redis=${TEST_REDIS:-redis://127.0.0.1:6379}
    redis=${redis#*://}
    redis=${redis##*@}
    require_service PostgreSQL "${PGHOST:-127.0.0.1}" "${PGPORT:-5432}" \
        "apt-get install postgresql && service postgresql start (it must trust user postgres)"
    require_service MariaDB "${MYSQL_HOST:-127.0.0.1}" 3306 \
        "apt-get install mariadb-server && service mariadb start (root with an empty password)"
    require_service Redis "${redis%%:*}" "${redis##*:}" \
        "apt-get install redis-server && redis-server --daemonize yes"
}

# prepare: what is missing on this machine is installed, or named.
prepare() {
    require_services
    install_system_packages
    install_uv
}

failed=()
took=()

# step NAME COMMAND...: run a part to its end, whatever becomes of it. report says what did.
step() {
    local name=$1 begun=$SECONDS result=passed
    shift
    printf '\n=== %s\n' "$name"
    "$@" || { result=FAILED; failed+=("$name"); }
    printf '=== %s: %s in %d s\n' "$name" "$result" $((SECONDS - begun))
}

# The README's command. sys.monitoring counts lines, and in a fraction of the time that it takes to
# trace branches.
readme_tests() {
    local begun=$SECONDS status=0
    env -u TEST_REDIS -u TEST_DATABASE COVERAGE_CORE=sysmon \
        PYTEST_ADDOPTS="--cov --cov-report=term-missing" uv run pytest || status=$?
    took+=("$((SECONDS - begun)) uv run pytest")
    return "$status"
}

# tox_parallel WHAT [OPTION...]: run environments of tox, two at a time. The report says WHAT of them.
tox_parallel() {
    local what=$1 results=.tox/results.json status=0
    shift
    rm -f "$results"
    uvx --with tox-uv tox run-parallel --parallel 2 --parallel-no-spinner \
        --result-json "$results" "$@" || status=$?
    mapfile -t -O "${#took[@]}" took < <(python3 - "$results" "$what" <<'PYTHON'
import json
import sys

with open(sys.argv[1]) as results:
    environments = json.load(results)["testenvs"]
for name, environment in environments.items():
    if result := environment.get("result"):
        print(f"{result['duration']:.0f} tox {name}{sys.argv[2]}")
PYTHON
    )
    return "$status"
}

# What each change must pass.
each_change() {
    step "uv run pytest" readme_tests
    step "tox run-parallel" tox_parallel ""
}

# report: how long each part took, and whether all have passed.
report() {
    local seconds part
    printf '\n=== The slowest first:\n'
    printf '%s\n' "${took[@]}" | sort -rn | while read -r seconds part; do
        printf '%6d s  %s\n' "$seconds" "$part"
    done
    if ((${#failed[@]})); then
        printf '\n%s: FAILED after %d s\n' "$0" "$SECONDS"
        printf '  %s\n' "${failed[@]}"
        exit 1
    fi
    printf '\n%s: passed in %d s\n' "$0" "$SECONDS"
}
