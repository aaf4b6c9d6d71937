# What the scripts in findings/ share, to be sourced. Each script states its versions and pins its packages.
# Gives DIRECTORY, which is deleted at the end; once a server runs, its process SERVER and its PORT.
# No compiler, build node or server outlives the script. What gives up within $(...) ends only that subshell: || exit 2 after it.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
DIRECTORY=$(mktemp -d)
SERVER=
mkdir "$DIRECTORY/processes"
ends_with_script() { echo "$1" >"$DIRECTORY/processes/$!"; } # SIGNAL, for the process begun last: in a file, for a subshell's variables end with it
end() { # PROCESS
    local tries signal
    signal=$(<"$DIRECTORY/processes/$1")
    rm "$DIRECTORY/processes/$1"
    kill -"$signal" "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    for ((tries = 0; tries < 50; tries++)); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.1; done # of a subshell: not to be waited for
    kill -KILL "$1" 2>/dev/null
}
finish() {
    local process
    for process in "$DIRECTORY"/processes/*; do [[ ! -e $process ]] || end "${process##*/}"; done
    [[ -z $SERVER ]] || { kill -"$STOP_SIGNAL" "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null; }
    rm -rf "$DIRECTORY"
}
trap finish EXIT

missing() { echo "$1 is missing: install $2" >&2; exit 2; } # WHAT PACKAGES
need() { local program; for program in "${@:2}"; do command -v "$program" >/dev/null || missing "$program" "$1"; done; } # PACKAGES PROGRAM...
need_dotnet() { need 'the .NET SDK 10' dotnet; }
free_port() { local port; while port=$((20000 + RANDOM % 10000)); (: </dev/tcp/127.0.0.1/$port) 2>/dev/null; do :; done; echo $port; }
until_true() { local tries; for ((tries = 0; tries < 300; tries++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.1; done; echo "gave up: $*" >&2; exit 2; }

# A server runs in a directory of its own, and not as root.
own_directory() { # USER
    OWNER=$(id -un) USER_PREFIX=()
    mkdir "$DIRECTORY/server"
    chmod 711 "$DIRECTORY"
    [[ $EUID -ne 0 ]] || { OWNER=$1; USER_PREFIX=(setpriv --reuid="$1" --regid="$(id -gn "$1")" --clear-groups); chown "$1" "$DIRECTORY/server"; }
}

start_postgresql() { # [OPTION...]
    local bin=/usr/lib/postgresql/15/bin
    need postgresql-15 $bin/initdb $bin/postgres $bin/pg_isready
    own_directory nobody
    STOP_SIGNAL=INT PORT=$(free_port)
    "${USER_PREFIX[@]}" env LC_ALL=C $bin/initdb -D "$DIRECTORY/server/data" -U app -A trust -N >/dev/null
    "${USER_PREFIX[@]}" $bin/postgres -D "$DIRECTORY/server/data" -p "$PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off "$@" >"$DIRECTORY/log" 2>&1 &
    SERVER=$!
    until_true $bin/pg_isready -q -h 127.0.0.1 -p "$PORT"
}

start_mariadb() { # [OPTION...]
    need mariadb-server mariadbd mariadb-install-db mariadb-admin
    own_directory mysql
    STOP_SIGNAL=${STOP_SIGNAL:-TERM} PORT=$(free_port)
    mariadb-install-db --no-defaults --user="$OWNER" --datadir="$DIRECTORY/server/data" --auth-root-authentication-method=normal --skip-test-db >"$DIRECTORY/log" 2>&1
    "${USER_PREFIX[@]}" mariadbd --no-defaults --datadir="$DIRECTORY/server/data" --port="$PORT" --bind-address=127.0.0.1 --socket="$DIRECTORY/server/socket" \
        --pid-file="$DIRECTORY/server/pid" --skip-name-resolve "$@" >>"$DIRECTORY/log" 2>&1 &
    SERVER=$!
    until_true mariadb-admin --no-defaults -uroot -h 127.0.0.1 -P "$PORT" ping
}

# Builds the program that standard input contains, with packages as NAME=VERSION, in $DIRECTORY/program.
build() { # PACKAGE...
    local package
    mkdir "$DIRECTORY/program"
    cat >"$DIRECTORY/program/program.cs"
    {
        echo '<Project Sdk="Microsoft.NET.Sdk">'
        echo '<PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit></PropertyGroup><ItemGroup>'
        for package in "$@"; do echo "<PackageReference Include=\"${package%=*}\" Version=\"[${package#*=}]\" />"; done
        echo '</ItemGroup></Project>'
    } >"$DIRECTORY/program/program.csproj"
    dotnet build "$DIRECTORY/program" -c Release --nologo -v q >"$DIRECTORY/build.log" 2>&1 || { cat "$DIRECTORY/build.log" >&2; exit 2; }
}

run() { dotnet "$DIRECTORY/program/bin/Release/net10.0/program.dll" "$@"; } # [ARGUMENT...]
