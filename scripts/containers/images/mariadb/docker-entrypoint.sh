#!/usr/bin/env bash
# Keeps the official image's contract: MARIADB_ROOT_PASSWORD, MARIADB_DATABASE, MARIADB_USER, MARIADB_PASSWORD, and what lies in
# /docker-entrypoint-initdb.d is run by a server that nobody else can reach yet.
set -euo pipefail

[ "${1:-}" = mariadbd ] || exec "$@"
shift

data=/var/lib/mysql
socket=/var/run/mysqld/mysqld.sock
install -d -o mysql -g mysql "$data" "$(dirname "$socket")"
server=(mariadbd --no-defaults --user=mysql --datadir="$data" --socket="$socket")

if [ ! -d "$data/mysql" ]; then
  : "${MARIADB_ROOT_PASSWORD:?A new server needs MARIADB_ROOT_PASSWORD.}"
  mariadb-install-db --no-defaults --user=mysql --datadir="$data" --auth-root-authentication-method=normal --skip-test-db >/dev/null
  "${server[@]}" --skip-networking &
  pid=$!
  until mariadb-admin --no-defaults -uroot -S "$socket" ping >/dev/null 2>&1; do
    kill -0 "$pid"
    sleep 0.1
  done
  sql() { mariadb --no-defaults -uroot -S "$socket" "$@"; }
  [ -z "${MARIADB_DATABASE:-}" ] || sql -e "CREATE DATABASE \`$MARIADB_DATABASE\`"
  if [ -n "${MARIADB_USER:-}" ]; then
    sql -e "CREATE USER '$MARIADB_USER'@'%' IDENTIFIED BY '${MARIADB_PASSWORD:?MARIADB_USER needs MARIADB_PASSWORD.}'"
    [ -z "${MARIADB_DATABASE:-}" ] || sql -e "GRANT ALL ON \`$MARIADB_DATABASE\`.* TO '$MARIADB_USER'@'%'"
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) bash "$file" ;;
      *.sql) sql "${MARIADB_DATABASE:-mysql}" <"$file" ;;
    esac
  done
  sql -e "CREATE USER 'root'@'%' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD'; GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
    ALTER USER 'root'@'localhost' IDENTIFIED BY '$MARIADB_ROOT_PASSWORD'"
  kill "$pid"
  wait "$pid"
fi

exec "${server[@]}" --bind-address=0.0.0.0 "$@"
