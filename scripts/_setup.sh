# Shared set-up of the scripts: one virtual environment with Python and Node, and the front end.
# Sourced, never run. Every step leaves a stamp and is skipped while its inputs are unchanged.
# shellcheck shell=bash
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
cd "$root"
venv="${INTENDANT_VENV:-$root/.venv}"
python="$venv/bin/python"
export PATH="$venv/bin:$PATH"
export PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_PROGRESS=1 NO_UPDATE_NOTIFIER=1
export FLASK_APP="${FLASK_APP:-wsgi}"
trap 'exit 130' INT
# What one process has compiled the next ones read: half a second of each.
unset PYTHONDONTWRITEBYTECODE

say() { printf '==> %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# usage: print the comment that opens the script, which is its help.
usage() { sed -n '2,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$1"; }

# digest FILE...: one hash of the contents of files and of the Python that reads them.
digest() { { cat -- "$@"; "${python}" --version 2>/dev/null || true; } | sha256sum | cut -d' ' -f1; }

# fresh STAMP HASH: true if the step that wrote STAMP saw the same inputs.
fresh() { [[ -f "$1" && "$(<"$1")" == "$2" ]]; }

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11; do
    [[ -n "$candidate" ]] && command -v "$candidate" >/dev/null 2>&1 &&
      "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null &&
      { echo "$candidate"; return; }
  done
  fail "Python 3.11 or later is needed, and was not found on the path."
}

# A folder without the stamp of any packages may be half made: making it again completes it.
ensure_venv() {
  [[ -x "$python" ]] && compgen -G "$venv/.intendant-*" >/dev/null && return
  say "Creating the virtual environment in ${venv#"$root"/}"
  (trap '' INT && exec "$(find_python)" -m venv "$venv") || # Ctrl-C waits for its end
    fail "the venv module of Python is missing (on Debian: apt-get install python3-venv)."
}

# ensure_packages run|dev: hashed packages of the application, or also those of its tests.
ensure_packages() {
  local kind="$1" lists stamp hash
  ensure_venv
  case "$kind" in
    dev) lists=(requirements-build.txt requirements-dev.txt) ;;
    *) lists=(requirements-build.txt requirements.txt) ;;
  esac
  hash="$(digest "${lists[@]}")"
  stamp="$venv/.intendant-$kind"
  fresh "$stamp" "$hash" && return
  say "Installing Python packages ($kind)"
  "$python" -m pip install --quiet --require-hashes -r requirements-build.txt
  install_lists "${lists[@]}"
  echo "$hash" >"$stamp"
}

# install_lists FILE...: with uv, which is quick, else with pip. Nothing is ever uninstalled:
# several work trees may share one environment.
install_lists() {
  local arguments=() list
  for list in "$@"; do arguments+=(-r "$list"); done
  "$venv/bin/uv" pip install --quiet --python "$python" --require-hashes "${arguments[@]}" ||
    "$python" -m pip install --quiet --require-hashes "${arguments[@]}"
}

ensure_node_modules() {
  local hash stamp=node_modules/.intendant
  [[ -L node_modules ]] && return # borrowed from another work tree, which keeps it up to date
  hash="$(digest package.json package-lock.json)"
  fresh "$stamp" "$hash" && return
  say "Installing front-end packages"
  npm ci --no-audit --no-fund --loglevel=error
  echo "$hash" >"$stamp"
}

frontend_inputs() {
  local folders=(app/frontend) folder
  for folder in modules/*/frontend; do [[ -d "$folder" ]] && folders+=("$folder"); done
  # Tests of the front end keep their results below it; a build in the midst of a test run would
  # take away the files a browser is about to fetch.
  find "${folders[@]}" -name node_modules -prune -o -type f -print | LC_ALL=C sort
  ls package-lock.json vite.config.* tsconfig*.json 2>/dev/null || true
}

# icon_names: the icons that pages name; the front end ships these and no others.
icon_names() {
  grep -rhoE --include='*.html' --include='*.py' \
    "icon(_name)?[\"']?[[:space:]]*[(=:][[:space:]]*[\"'][a-z][a-z0-9-]*" app modules |
    LC_ALL=C sort -u
}

ensure_frontend() {
  local hash stamp=app/static/dist/.stamp inputs
  ensure_node_modules
  mapfile -t inputs < <(frontend_inputs)
  hash="$(digest "${inputs[@]}" <(icon_names))"
  fresh "$stamp" "$hash" && return
  say "Building the front end"
  npm run --silent build
  mkdir -p "$(dirname "$stamp")"
  echo "$hash" >"$stamp"
}
