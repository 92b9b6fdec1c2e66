#!/usr/bin/env bash
# Keeps the official image's contract: MYSQL_ROOT_PASSWORD, MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD, and what lies in
# /docker-entrypoint-initdb.d is run by a server that nobody else can reach yet.
set -euo pipefail

[ "${1:-}" = mysqld ] || exec "$@"
shift

data=/var/lib/mysql
socket=/var/run/mysqld/mysqld.sock
install -d -o mysql -g mysql "$data" "$(dirname "$socket")"
server=(mysqld --no-defaults --user=mysql --datadir="$data" --socket="$socket" --mysqlx=OFF
  --secure-file-priv=NULL)

if [ ! -d "$data/mysql" ]; then
  : "${MYSQL_ROOT_PASSWORD:?A new server needs MYSQL_ROOT_PASSWORD.}"
  "${server[@]}" --initialize-insecure
  "${server[@]}" --skip-networking &
  pid=$!
  until mysqladmin --no-defaults -uroot -S "$socket" ping >/dev/null 2>&1; do
    kill -0 "$pid"
    sleep 0.1
  done
  sql() { mysql --no-defaults -uroot -S "$socket" "$@"; }
  [ -z "${MYSQL_DATABASE:-}" ] || sql -e "CREATE DATABASE \`$MYSQL_DATABASE\`"
  if [ -n "${MYSQL_USER:-}" ]; then
    sql -e "CREATE USER '$MYSQL_USER'@'%' IDENTIFIED BY '${MYSQL_PASSWORD:?MYSQL_USER needs MYSQL_PASSWORD.}'"
    [ -z "${MYSQL_DATABASE:-}" ] || sql -e "GRANT ALL ON \`$MYSQL_DATABASE\`.* TO '$MYSQL_USER'@'%'"
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) bash "$file" ;;
      *.sql) sql "${MYSQL_DATABASE:-mysql}" <"$file" ;;
    esac
  done
  sql -e "CREATE USER 'root'@'%' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD'; GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
    ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD'"
  kill "$pid"
  wait "$pid"
fi

exec "${server[@]}" --bind-address=0.0.0.0 "$@"
