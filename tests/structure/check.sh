#!/usr/bin/env bash
# SPDX-License-Identifier: BSL-1.0
# usage: check.sh ROOT
# Checks which file may include and name what, over the source tree at ROOT. Prints "file:line: text" and the rule that
# each such line breaks. What the rules are for is said in docs/design/.
set -uo pipefail
cd "$1" || exit 2

# The files below the given folders whose names match a pattern; folders that are not there have none.
files() # PATTERN FOLDER...
{
    local pattern=$1 folder
    shift
    for folder in "$@"; do
        [ ! -e "$folder" ] || find "$folder" -name node_modules -prune -o -type f -regextype posix-extended -regex "$pattern" -print
    done | sort
}
headers() { files '.*\.hpp' "$@"; }
sources() { files '.*\.cpp' "$@"; }
code() { files '.*\.(hpp|cpp|cppm)' "$@"; }

# Reads file names and says which of their lines break the rule: those that match FORBIDDEN and do not match ALLOWED.
forbid() # RULE FORBIDDEN [ALLOWED]
{
    local hits
    hits=$(xargs -r grep -HnE -e "$2" -- | grep -vE -e "${3:-^$}")
    if [ -n "$hits" ]; then
        printf '%s\n    breaks the rule: %s\n' "$hits" "$1"
    fi
}

include='# *include *[<"]'
all_layers='sse|wait|http|stream|hub|server|middleware|metrics|testing'

# Each layer, and what it stands on.
layer() # NAME LOWER
{
    code "src/tidings/$1" | forbid "$1 includes only itself and the layers below it (${2:-none})" \
        "${include}tidings/" "${include}tidings/($1${2:+|$2})/"
    code "src/tidings/$1" | forbid "$1 includes no other layer's detail/" \
        "${include}tidings/($all_layers)/([a-z0-9_]+/)*detail/" "${include}tidings/$1/"
}
check_all()
{
    layer sse ''
    layer wait ''
    layer http ''
    layer stream 'sse|wait|http'
    layer hub 'sse|wait|http|stream'
    layer server 'sse|wait|http|stream'
    layer middleware 'sse|wait|http|stream'
    layer metrics 'sse|wait|http|stream|hub|server|middleware'
    layer testing 'sse|wait|http|stream|hub|server|middleware|metrics'

    code src/tidings/sse | forbid "sse is text alone: it includes neither Asio nor anything of Boost" "${include}boost/"
    headers src/tidings/sse | forbid "fmt stays in the sources of sse" "${include}fmt/"
    headers src/tidings/http | forbid "headers of http are free of Asio" "${include}boost/asio"
    code src/tidings/http | forbid "http does no I/O and looks at no clock" \
        "(${include}(boost/asio/(ip|local|steady_timer|system_timer|deadline_timer|read|write|async_)|sys/socket)|clock::now)"
    code src/tidings/wait | forbid "wait knows no sockets" "${include}(boost/asio/(ip|local)/|sys/socket)"

    code src/tidings/hub | grep -vE '^src/tidings/hub/(sqlite|redis)/' |
        forbid "hub does not know its components" "${include}tidings/hub/(sqlite|redis)/"
    code src/tidings/hub/sqlite src/tidings/hub/redis |
        forbid "components of the hub use its public headers" "${include}tidings/hub/detail/"

    headers src/tidings/http | forbid "Beast stays in the sources of http" "${include}boost/beast"
    code src | grep -v '^src/tidings/http/' | forbid "Beast stays in the sources of http" "${include}boost/beast"
    headers src | forbid "no header shows OpenSSL, nghttp2, SQLite or hiredis" \
        "${include}(openssl/|boost/asio/ssl|nghttp2/|sqlite3|hiredis)"
    code src | forbid "src includes the single headers of Asio, and nothing experimental" \
        "${include}boost/asio(\.hpp|/experimental/)"
    code src/tidings | grep -vE '^src/tidings/(server|hub/redis|testing)/' |
        forbid "sockets live in server/, hub/redis/ and testing/" \
            "${include}(boost/asio/(ip/(tcp|udp)|local/|basic_.*(socket|acceptor))|sys/socket)"
    code src/tidings | grep -v '^src/tidings/wait/' |
        forbid "all time goes through the wheel of wait/" "${include}boost/asio/(steady|system|deadline|high_resolution|basic_waitable)_?timer"
    headers src | forbid "no using-directive in a header" '^ *using namespace '

    code examples | forbid "examples use public names: no detail" '(\bdetail::|/detail/)'
    # The loads among the benchmarks have a schedule.
    files '.*\.(hpp|cpp|sh|py|mjs|js)' tests | grep -vE '^tests/(structure|benchmarks)/' |
        forbid "tests wait for what they need, they never sleep" \
            '(this_thread::sleep|\busleep *\(|\bnanosleep *\(|[^_a-zA-Z.]sleep *\(|time\.sleep|waitForTimeout|^ *sleep [0-9])'

    # The licence stands in the first line, or in the second where the first says who interprets the file.
    while read -r file; do
        if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: BSL-1.0'; then
            printf '%s:1: %s\n    breaks the rule: every file starts with its SPDX line\n' "$file" "$(head -n 1 "$file")"
        fi
    done < <(
        files '.*(\.(hpp|cpp|cppm|cmake|sh|py|mjs|js|css|html)|/CMakeLists\.txt)' CMakeLists.txt cmake examples modules src tests
        files '.*' .ci scripts)
}

report=$(check_all)
[ -z "$report" ] || { echo "$report" && exit 1; }
