#!/usr/bin/env bash
# Writes what DQX keeps in its database into a file: its schemas, but not the staged rows, which a populate makes again.
#
#   PGHOST=db.example.org PGDATABASE=warehouse PGUSER=dqx_owner deploy/backup.sh /backup/dqx-2026-11-26.dump
#
# The password comes from ~/.pgpass or PGPASSWORD. Keep DQX_ENCRYPTION_KEYS and DQX_SECRET_KEY too, and elsewhere: see docs/operations.md.
set -euo pipefail
file=${1:?"usage: backup.sh FILE"}
umask 077
# Given up rather than in the way of a migration.
pg_dump --format=custom --schema=dq --schema=dqx --schema=stg --no-unlogged-table-data --lock-wait-timeout=60s --file="$file.part"
# A file that is not whole never has the name of one that is.
mv -- "$file.part" "$file"
