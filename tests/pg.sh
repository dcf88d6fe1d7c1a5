#!/bin/sh
# A throw-away PostgreSQL for the tests: on a unix socket in its own directory,
# no TCP, fsync on, text ordered by bytes.
#
#   tests/pg.sh start DIR [PID]   makes DIR (must not exist), prints the conninfo;
#                                 with PID: stops by itself when that process ends
#   tests/pg.sh crash DIR         stops it without a checkpoint (as kill -9 would)
#   tests/pg.sh again DIR         starts it again
#   tests/pg.sh stop DIR          stops it and removes DIR
set -eu

fail() { echo "pg.sh: $*" >&2; exit 1; }

bin=
for d in /usr/lib/postgresql/*/bin "$(dirname "$(command -v pg_ctl || echo /none/pg_ctl)")"; do
	if [ -x "$d/initdb" ]; then bin=$d; fi
done
[ -n "$bin" ] || fail "PostgreSQL is not installed (package postgresql)"

# The server refuses to run as root.
as_owner() {
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

launch() {
	as_owner "$bin/pg_ctl" -D "$1/data" -l "$1/log" -w -t 60 -s \
		-o "-k $1 -c listen_addresses= -c fsync=on -c max_connections=200" start >/dev/null 2>&1 ||
		{ cat "$1/log" >&2 || true; fail "the server did not start"; }
}

halt() {
	as_owner "$bin/pg_ctl" -D "$1/data" -m "$2" -w -t 60 -s stop >/dev/null 2>&1 || true
}

start() {
	dir=$1
	mkdir -m 0700 "$dir" || fail "$dir must be new"
	if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
	(cd "$dir" && as_owner "$bin/initdb" -D "$dir/data" -U musubi -A trust -E UTF8 --no-locale \
		>"$dir.initdb" 2>&1) || { cat "$dir.initdb" >&2; rm -rf "$dir" "$dir.initdb"; fail "initdb failed"; }
	rm -f "$dir.initdb"
	(cd "$dir" && launch "$dir")
	if [ -n "${2-}" ]; then
		# Outlives neither the tests nor a test that was killed.
		setsid sh -c 'while [ -d "$3" ] && kill -0 "$1" 2>/dev/null; do sleep 0.5; done; exec "$2" stop "$3"' \
			watch "$2" "$self" "$dir" >/dev/null 2>&1 </dev/null &
	fi
	echo "host=$dir user=musubi dbname=postgres"
}

self=$(cd "$(dirname "$0")" && pwd)/$(basename "$0")
[ $# -ge 2 ] || fail "usage: pg.sh start|crash|again|stop DIR"
case $1 in
start) start "$2" "${3-}" ;;
crash) cd "$2" && halt "$2" immediate ;;
again) cd "$2" && launch "$2" ;;
stop) if [ -d "$2" ]; then cd / && halt "$2" fast; rm -rf "$2"; fi ;;
*) fail "unknown: $1" ;;
esac
