#!/usr/bin/env bash
# Keeps the official image's contract: POSTGRES_USER, POSTGRES_PASSWORD, POSTGRES_DB, PGDATA, and what lies in
# /docker-entrypoint-initdb.d is run, as the server's user, by a server that nobody else can reach yet.
set -euo pipefail

[ "${1:-}" = postgres ] || exec "$@"
shift

as_postgres() { setpriv --reuid=postgres --regid=postgres --init-groups env HOME=/var/lib/postgresql "$@"; }

superuser=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$superuser}
install -d -o postgres -g postgres -m 700 "$PGDATA"
install -d -o postgres -g postgres /var/run/postgresql

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?A new server needs POSTGRES_PASSWORD.}"
  # The password comes through a pipe, which only who made it may read.
  as_postgres bash -c 'initdb --pwfile=<(echo "$POSTGRES_PASSWORD") "$@" >/dev/null' - --username="$superuser" \
    --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  as_postgres pg_ctl --wait -o "-c listen_addresses='' -c fsync=off" start >/dev/null
  [ "$database" = postgres ] || as_postgres createdb --username="$superuser" --maintenance-db=postgres "$database"
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) as_postgres bash "$file" ;;
      *.sql) as_postgres psql --quiet -v ON_ERROR_STOP=1 -U "$superuser" -d "$database" -f "$file" ;;
    esac
  done
  as_postgres pg_ctl --wait --mode=fast stop >/dev/null
fi

exec setpriv --reuid=postgres --regid=postgres --init-groups postgres -c listen_addresses='*' "$@"
