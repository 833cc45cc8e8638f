#!/usr/bin/env bash
# Brings back what deploy/backup.sh wrote, into a database without DQX to which deploy/roles.sql was applied; all of it or nothing.
#
#   PGHOST=db2.example.org PGDATABASE=warehouse PGUSER=dqx_owner deploy/restore.sh [--rest] /backup/dqx-2026-11-26.dump
#
# --rest switches all schedules off, for a copy that is to be looked at. Afterwards: manage.py migrate, manage.py mend_mirror.
set -euo pipefail
usage="usage: restore.sh [--rest] FILE"
rest=false
if [ "${1:-}" = --rest ]; then rest=true; shift; fi
file=${1:?"$usage"}
if [ -n "$(psql -XAtc "SELECT to_regnamespace('dq')")" ]; then
  echo "There is a DQX in this database already: its schema dq. Nothing was changed." >&2
  exit 1
fi
script=$(mktemp)
trap 'rm -f -- "$script"' EXIT
pg_restore --no-owner --file="$script" -- "$file"
if $rest; then echo "UPDATE dq.dq_schedules SET is_active = false, next_due_at = NULL;" >>"$script"; fi
psql -X -q -v ON_ERROR_STOP=1 --single-transaction --file="$script" >/dev/null
