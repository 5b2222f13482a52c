#!/bin/sh
# A provider plugin under the name `pulumi-resource-PACKAGE`, found by an engine on PATH.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
package=$(basename "$0" | sed 's/^pulumi-resource-//')
PYTHONPATH="$root" exec "$root/.venv/bin/python" -m rehearsal.providers "$package" "$@"
