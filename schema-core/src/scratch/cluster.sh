# Runs a temporary cluster for as long as standard input stays open, and removes it whatever ended us.
# Arguments: folder of the binaries, folder to make.
# The read below returns when the program that started us is gone, be it by exit, by Ctrl-C or by SIGKILL.
trap '' INT TERM HUP
bin=$1 dir=$2
umask 077
mkdir "$dir" || exit 1
cd "$dir" || exit 1

"$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions --wal-segsize=1 \
    >initdb.log 2>&1 </dev/null
if [ $? -ne 0 ]; then
    : >failed
else
    {
        "$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= -c port=5432 \
            -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 \
            -c shared_buffers=16MB -c max_connections=40 -c autovacuum=off -c max_locks_per_transaction=1024 \
            -c max_wal_size=512MB -c logging_collector=off -c log_min_messages=fatal -c max_prepared_transactions=0 \
            -c dynamic_shared_memory_type=mmap &
        echo $! >pid.new
        mv pid.new pid
        wait $!
        : >failed
    } >server.log 2>&1 </dev/null &
fi

read -r _
if [ ! -e failed ]; then
    while [ ! -s pid ]; do sleep 1; done
    # A fast shutdown: an immediate one would leave shared memory behind.
    kill -INT "$(cat pid)" 2>/dev/null
    wait
fi
cd / && rm -rf "$dir"
