# The .NET SDK as the scripts use it, to be sourced.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Scripts read what the command writes.
export DOTNET_CLI_UI_LANGUAGE=en
# Machines without ICU work too, because nothing here depends on a culture.
compgen -G '/usr/lib/*/libicuuc.so.*' >/dev/null || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
# A compiler server of our own, whatever the machine is set to: a compiler that starts for each project takes three times as long.
# It ends with the build that started it, and fails no other build of the same user.
export SharedCompilationId=cenote-$$

WATCHED_PID=
BESIDE_PID=

require_dotnet() {
    if ! command -v dotnet >/dev/null; then
        echo "The .NET 10 SDK is needed, and dotnet is not on the PATH: https://dotnet.microsoft.com/download" >&2
        return 1
    fi
    # Prints by itself which SDK global.json requires and which ones are installed.
    dotnet --version >/dev/null
}

# dotnet_quietly COMMAND PROJECT [OPTION...]: in Release, one line to standard error and nothing more unless there is an error or a warning, which
# fails as well.
dotnet_quietly() {
    local log=artifacts/dotnet-$$.log status=0
    mkdir -p artifacts
    report_build "$2"
    # A compiler is too short-lived for profile-guided optimization to pay.
    WATCHED_LOG=$log watched 900 env DOTNET_TieredPGO=0 dotnet "$@" --configuration Release --nologo --verbosity quiet -nodeReuse:false \
        -p:UseSharedCompilation=true || status=$?
    if [[ $status -eq 0 ]] && grep -qE ' warning [A-Z]+[0-9]+:' "$log"; then
        status=1
    fi
    [[ $status -eq 0 ]] || cat "$log" >&2
    rm -f "$log"
    return $status
}

# report_build PROJECT: without a line, a first build would be a minute of silence. To standard error, because output may be a report.
report_build() {
    local folder=$1
    [[ $folder != *.slnx ]] || folder=src/Cenote
    if compgen -G "$folder/bin/Release/*/*.dll" >/dev/null; then
        echo "Building $1" >&2
    else
        echo "Building $1. The first build restores packages and takes a minute or more." >&2
    fi
}

# watched SECONDS COMMAND...: runs a command so that a signal to this shell is answered at once; whatever the command
# leaves running in its process group ends with it. Returns the exit code of the command, 124 when the time was up.
# Output goes to WATCHED_LOG if that is set: redirecting the call would redirect what a trap prints meanwhile, too.
watched() {
    local limit=$1 status=0
    shift
    if [[ -n ${WATCHED_LOG:-} ]]; then
        timeout --kill-after=10 "$limit" "$@" >"$WATCHED_LOG" 2>&1 &
    else
        timeout --kill-after=10 "$limit" "$@" &
    fi
    WATCHED_PID=$!
    wait "$WATCHED_PID" || status=$?
    kill -KILL -- "-$WATCHED_PID" 2>/dev/null || true
    WATCHED_PID=
    return $status
}

# begin_beside LOG SECONDS COMMAND...: starts a command that runs beside what follows, until end_beside, which returns its exit code.
begin_beside() {
    local log=$1 limit=$2
    shift 2
    timeout --kill-after=10 "$limit" "$@" >"$log" 2>&1 </dev/null &
    BESIDE_PID=$!
}

end_beside() {
    local status=0
    wait "$BESIDE_PID" || status=$?
    kill -KILL -- "-$BESIDE_PID" 2>/dev/null || true
    BESIDE_PID=
    return $status
}

stop_watched() {
    rm -f "artifacts/dotnet-$$.log"
    if [[ -n $BESIDE_PID ]]; then
        kill -TERM "$BESIDE_PID" 2>/dev/null || true
        end_beside || true
    fi
    [[ -n $WATCHED_PID ]] || return 0
    kill -TERM "$WATCHED_PID" 2>/dev/null || true
    wait "$WATCHED_PID" 2>/dev/null || true
    kill -KILL -- "-$WATCHED_PID" 2>/dev/null || true
    WATCHED_PID=
}
