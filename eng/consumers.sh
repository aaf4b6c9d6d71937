#!/usr/bin/env bash
# Builds programs as users do: from the packages in a folder, outside of this repository, warnings as errors.
# Usage: eng/consumers.sh PACKAGES OUTPUT WAY...
# The console program (tests/Cenote.AotSmoke) and the ASP.NET Core one (tests/Cenote.WebSmoke) are published in each WAY
# (plain, trimmed or aot), to OUTPUT/console-WAY and OUTPUT/web-WAY.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source eng/dotnet.sh
packages=$(realpath "$1")
output=$(realpath -m "$2")
ways=("${@:3}")
work=$(mktemp -d)
trap 'rm -rf "$work"; stop_watched' EXIT

version=$(basename "$packages"/Cenote.Hosting.*.nupkg .nupkg)
version=${version#Cenote.Hosting.}

# Cenote comes only from the folder; every other package from the machine's sources.
{
    echo '<configuration><packageSources><add key="cenote" value="'"$packages"'" /></packageSources><packageSourceMapping>'
    echo '<packageSource key="cenote"><package pattern="Cenote" /><package pattern="Cenote.*" /></packageSource>'
    dotnet nuget list source --format Detailed | sed -n 's|^ *[0-9]*\. *\(.*\) \[Enabled\]$|<packageSource key="\1"><package pattern="*" /></packageSource>|p'
    echo '</packageSourceMapping></configuration>'
} >"$work/nuget.config"

# A cache of its own, so that no Cenote of an earlier build is used. Other packages are linked from the machine's cache.
cache=$(dotnet nuget locals global-packages --list | sed 's/^[^:]*: *//')
mkdir -p "$work/machine" "$work/cache"
find "$cache" -mindepth 1 -maxdepth 1 -type d ! -name 'cenote*' -exec ln -s -t "$work/machine" {} +
export NUGET_PACKAGES=$work/cache

# consumer NAME SDK SOURCES PACKAGE...
consumer() {
    local name=$1 sdk=$2 sources=$3 package
    shift 3
    mkdir "$work/$name"
    cp "$sources"/*.cs "$work/$name"
    {
        echo "<Project Sdk=\"$sdk\"><PropertyGroup>"
        echo '<OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><Nullable>enable</Nullable><ImplicitUsings>enable</ImplicitUsings>'
        echo '<TreatWarningsAsErrors>true</TreatWarningsAsErrors><WarningsNotAsErrors>NU1603</WarningsNotAsErrors><NoWarn>$(NoWarn);NU1603;NETSDK1188</NoWarn>'
        echo '<TrimmerSingleWarn>false</TrimmerSingleWarn><InvariantGlobalization>true</InvariantGlobalization>'
        echo "<RestoreFallbackFolders>$work/machine</RestoreFallbackFolders></PropertyGroup><ItemGroup>"
        for package; do echo "<PackageReference Include=\"$package\" Version=\"$version\" />"; done
        echo '</ItemGroup></Project>'
    } >"$work/$name/$name.csproj"

    local way
    for way in "${ways[@]}"; do
        case $way in
            plain) publish "$name" plain --no-self-contained ;;
            trimmed) publish "$name" trimmed --self-contained -p:PublishTrimmed=true ;;
            aot) publish "$name" aot -p:PublishAot=true ;;
        esac
    done
}

publish() {
    local name=$1 way=$2
    shift 2
    # Each way has intermediate files of its own, because each restores other packages.
    dotnet_quietly publish "$work/$name" --use-current-runtime -p:BaseIntermediateOutputPath="$work/obj/$name-$way/" -p:OutputPath="$work/bin/$name-$way/" \
        --output "$output/$name-$way" "$@"
}

rm -rf "$output"
consumer console Microsoft.NET.Sdk tests/Cenote.AotSmoke Cenote.MySql Cenote.PostgreSql Cenote.ReadReplicas Cenote.Sqlite
consumer web Microsoft.NET.Sdk.Web tests/Cenote.WebSmoke Cenote.Dashboard Cenote.DependencyInjection Cenote.Hosting Cenote.Sqlite
