# SPDX-License-Identifier: BSL-1.0
# Shared by the scripts that measure: they source it after common.sh. It puts a server on the first processor and its
# clients on the last, so that they do not take each other's, and takes medians and ratios of what was recorded.

measured_programs=build/gcc-release/tests/benchmarks
on_first=(taskset -c 0) on_last=(taskset -c $(($(nproc) - 1)))
port=${TIDINGS_COMPARE_PORT:-9137}
results=$(mktemp)
server=
trap 'rm -f "$results"; [ -z "$server" ] || kill "$server" 2>/dev/null || true' EXIT

allow_streams() # COUNT
{
    [ $(($1 + 100)) -le "$(ulimit -Hn)" ] || fail "a process here may open $(ulimit -Hn) descriptors"
    ulimit -n "$(ulimit -Hn)"
}

build_measured() # TARGET...
{
    cmake --preset gcc-release -DTIDINGS_BUILD_BENCHMARKS=ON >/dev/null
    cmake --build --preset gcc-release --target "$@"
}

# Loads a fresh server. CLIENT is given the port, the server's process id, and the ARGUMENTS; what it prints, one word for
# each of the NAMES, is recorded under them.
measure() # ROUND SERVER_NAME SERVER "NAMES" CLIENT ARGUMENT...
{
    local round=$1 who=$2 program=$3 names=$4 client=$5 figures name figure
    shift 5
    "${on_first[@]}" "$measured_programs/$program" --port "$port" &
    server=$!
    until (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do kill -0 "$server" 2>/dev/null || fail "$program does not start"; done
    figures=$("${on_last[@]}" "$measured_programs/$client" "$port" "$server" "$@") || fail "$program: see above"
    kill "$server" && wait "$server" || true
    server=
    for name in $names; do
        read -r figure figures <<<"$figures"
        echo "$round $who $name $figure" >>"$results"
    done
}

# Rows of "NAME FORMAT TITLE" on the standard input become a table of bare loop and tidings.
print_table()
{
    awk '
        function sorted(name, who,    i, j, t) { # into list[1..rounds]
            for (i = 1; i <= rounds; i++) list[i] = value[i, name, who]
            for (i = 2; i <= rounds; i++) for (j = i; j > 1 && list[j] < list[j-1]; j--) { t = list[j]; list[j] = list[j-1]; list[j-1] = t }
        }
        function median(name, who)
        {
            sorted(name, who)
            return rounds % 2 ? list[(rounds+1)/2] : (list[rounds/2] + list[rounds/2+1]) / 2
        }
        NR == FNR { value[$1, $3, $2] = $4; if ($1 > rounds) rounds = $1; next }
        FNR == 1 {
            print "| | bare loop | tidings | ratio | of all rounds |"
            print "|---|---:|---:|---:|---:|"
        }
        {
            title = $0
            sub(/^[^ ]+ [^ ]+ /, "", title)
            for (i = 1; i <= rounds; i++) value[i, $1, "ratio"] = value[i, $1, "tidings"] / value[i, $1, "bare"]
            printf "| %s | " $2 " | " $2 " | %.2fx |", title, median($1, "bare"), median($1, "tidings"), median($1, "ratio")
            printf " %.2fx to %.2fx |\n", list[1], list[rounds]
        }' "$results" -
}
