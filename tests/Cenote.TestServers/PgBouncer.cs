using Cenote.TestServers.Processes;
using Npgsql;

namespace Cenote.TestServers;

/// <summary>A real PgBouncer in front of a PostgreSQL server. Trusts the client <c>worker</c>.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private readonly PostgreSqlServer _server;
    private ServerProcess? _process;

    private PgBouncer(LabDirectory directory, PostgreSqlServer server)
    {
        _directory = directory;
        _server = server;
    }

    internal int Port { get; } = FreePort.Take();

    private string ConfigurationFile => _directory.Path + "/pgbouncer.ini";

    /// <summary>Starts a PgBouncer.</summary>
    /// <param name="server">The server behind it.</param>
    /// <param name="settings">Lines of its configuration, such as <c>pool_mode = transaction</c>.</param>
    internal static async Task<PgBouncer> StartAsync(PostgreSqlServer server, params string[] settings)
    {
        var bouncer = new PgBouncer(await LabDirectory.CreateAsync("pgbouncer"), server);
        string[] configuration =
        [
            "[databases]",
            $"postgres = host=127.0.0.1 port={server.Port} dbname=postgres",
            "[pgbouncer]",
            "listen_addr = 127.0.0.1",
            $"listen_port = {bouncer.Port.ToString(CultureInfo.InvariantCulture)}",
            "unix_socket_dir =",
            "auth_type = trust",
            $"auth_file = {bouncer._directory.Path}/users.txt",
            .. settings,
        ];
        await Programs.WriteAsync(bouncer.ConfigurationFile, string.Join('\n', configuration) + "\n");
        await Programs.WriteAsync(bouncer._directory.Path + "/users.txt", $"\"worker\" \"{server.Password}\"\n");
        await bouncer.StartAsync();
        return bouncer;
    }

    internal async Task StartAsync() => _process = await ServerProcess.StartAsync(Programs.PgBouncer, [ConfigurationFile], "process up:");

    internal async Task KillAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>Asks the installed program for its version.</summary>
    internal static async Task<Version> ReadVersionAsync()
    {
        // "PgBouncer 1.18.0", and lines on its libraries.
        var answer = await Programs.ReadAsync(Programs.AsThisUser(Programs.PgBouncer, ["--version"]));
        return Version.Parse(answer.Split([' ', '\n'], 3)[1]);
    }

    /// <summary>For a pool: without a password, which this proxy does not ask for.</summary>
    internal string ConnectionString => $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Database=postgres;Username=worker;SSL Mode=Disable";

    /// <summary>A client of its own, never pooled.</summary>
    internal async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Dispose();
    }
}
