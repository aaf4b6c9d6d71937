using System.Diagnostics;

namespace Cenote.TestServers.Processes;

/// <summary>The installed database programs, and how to run them: never as root.</summary>
internal static class Programs
{
    internal static bool IsRoot => string.Equals(Environment.UserName, "root", StringComparison.Ordinal);

    internal static string MariaDb => Existing("/usr/sbin/mariadbd", "mariadb-server");

    internal static string PgBouncer => Existing("/usr/sbin/pgbouncer", "pgbouncer");

    internal static string Pgpool => Existing("/usr/sbin/pgpool", "pgpool2");

    internal static string HaProxy => Existing("/usr/sbin/haproxy", "haproxy");

    internal static string Redis => Existing("/usr/bin/redis-server", "redis-server");

    internal static string Firebird => Existing("/usr/sbin/firebird", "firebird3.0-server");

    internal static string FirebirdShell => Existing("/usr/bin/isql-fb", "firebird3.0-utils");

    internal static string Galera => Existing("/usr/lib/galera/libgalera_smm.so", "galera-4");

    internal static string Patroni => Existing("/usr/bin/patroni", "patroni", "./test --cluster");

    internal static string Etcd => Existing("/usr/bin/etcd", "etcd-server", "./test --cluster");

    /// <summary>
    /// Determines whether PostgreSQL has the program: another build than the system's may leave it out.
    /// </summary>
    internal static bool HasPostgreSql(string name) => OtherPostgreSql is not { } folder || File.Exists(Path.Combine(folder, name));

    internal static string PostgreSql(string name)
    {
        if (OtherPostgreSql is { } folder)
        {
            return Existing(Path.Combine(folder, name), "@embedded-postgres", "./test --postgresql");
        }

        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var newest = versions.OrderByDescending(static path => int.Parse(Path.GetFileName(path), System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
        return Existing($"{newest}/bin/{name}", "postgresql");
    }

    /// <summary>As an ordinary user if this is root, and to be killed when this process dies.</summary>
    internal static ProcessStartInfo AsOrdinaryUser(string program, IEnumerable<string> arguments)
    {
        string[] user = IsRoot ? ["--reuid=nobody", "--regid=nogroup", "--clear-groups"] : [];
        return AsThisUser("setpriv", [.. user, "--pdeathsig=KILL", program, .. arguments]);
    }

    internal static ProcessStartInfo AsThisUser(string program, IEnumerable<string> arguments) => new(program, arguments)
    {
        UseShellExecute = false,
        RedirectStandardError = true,
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
        Environment = { ["LC_ALL"] = "C" },
    };

    /// <summary>Writes a file into a directory of the user who runs the servers, and gives it to that user.</summary>
    internal static async Task WriteAsync(string path, string text)
    {
        await File.WriteAllTextAsync(path, text);
        if (IsRoot)
        {
            await RunAsync(AsThisUser("chown", ["nobody:nogroup", path]));
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed; quotes what it wrote.</exception>
    internal static Task RunAsync(ProcessStartInfo info) => ReadAsync(info);

    /// <summary>Runs a program to its end, and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; quotes what it wrote.</exception>
    internal static async Task<string> ReadAsync(ProcessStartInfo info)
    {
        using var process = await ProcessNursery.StartAsync(info);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{info.ArgumentList[^1]} failed with {process.ExitCode}: {output}{await errors}");
        }

        return output;
    }

    /// <summary>
    /// Gets the folder of another PostgreSQL than the system's, which <c>./test --postgresql</c> installs.
    /// </summary>
    private static string? OtherPostgreSql =>
        Environment.GetEnvironmentVariable("CENOTE_POSTGRESQL_PROGRAMS") is { Length: > 0 } folder ? folder : null;

    private static string Existing(string path, string package, string command = "./test") =>
        File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: run {command}, which installs the package {package}.");
}
