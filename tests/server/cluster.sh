# cluster.sh BINDIR FOLDER PORT: a temporary server that lives as long as our standard input is open.
# Prints "ready" once it answers. The folder goes with it.
bin=$1 dir=$2 port=$3
data=$dir/data

fail() {
  echo "failed: $1"
  tail -n 12 "$dir/log" 2>/dev/null
  rm -rf "$dir"
  exit 1
}

"$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || fail initdb
cat >>"$data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
port = $port
unix_socket_directories = ''
fsync = off
full_page_writes = off
synchronous_commit = off
shared_buffers = 64MB
max_connections = 200
max_prepared_transactions = 10
max_locks_per_transaction = 256
wal_level = logical
timezone = 'UTC'
log_timezone = 'UTC'
CONF
# Everybody is trusted but one role, for tests of wrong passwords.
{ echo 'host all schemagen_guarded 127.0.0.1/32 scram-sha-256'; cat "$data/pg_hba.conf"; } >"$dir/hba"
mv "$dir/hba" "$data/pg_hba.conf"
# Standard input stays ours: nobody else may keep the pipe open or read from it.
"$bin/pg_ctl" -D "$data" -w -t 60 -l "$dir/log" start >/dev/null 2>&1 </dev/null || fail start
echo ready
read -r _
"$bin/pg_ctl" -D "$data" -m immediate -w stop >/dev/null 2>&1 </dev/null
rm -rf "$dir"
