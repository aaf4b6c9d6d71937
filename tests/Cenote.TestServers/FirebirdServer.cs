using System.Diagnostics.CodeAnalysis;
using Cenote.TestServers.Processes;

namespace Cenote.TestServers;

/// <summary>A real Firebird with one database, of the user SYSDBA.</summary>
internal sealed class FirebirdServer : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private ServerProcess? _process;

    private FirebirdServer(LabDirectory directory) => _directory = directory;

    [SuppressMessage("Performance", "CA1822", Justification = "As on other servers.")]
    internal string Password => "lab-7391";

    internal int Port { get; } = FreePort.Take();

    internal string ConnectionString => string.Create(
        CultureInfo.InvariantCulture,
        $"DataSource=127.0.0.1;Port={Port};Database={_directory.Path}/lab.fdb;User ID=SYSDBA;Password={Password};Charset=UTF8");

    internal static async Task<FirebirdServer> StartNewAsync()
    {
        var server = new FirebirdServer(await LabDirectory.CreateAsync("firebird"));
        await server.InstallAsync();
        await server.StartAsync();
        return server;
    }

    internal async Task StartAsync() => _process = await ServerProcess.StartAsync("env", [.. Variables, Programs.Firebird], Port);

    /// <summary>Ends it as a crash would.</summary>
    internal async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            await process.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _directory.Dispose();
    }

    private string[] Variables => [$"FIREBIRD={_directory.Path}", $"FIREBIRD_LOCK={_directory.Path}", $"FIREBIRD_TMP={_directory.Path}"];

    // Without a server: the shell opens the files itself, as anyone it is told to be.
    private async Task InstallAsync()
    {
        var folder = _directory.Path;
        await Programs.WriteAsync(folder + "/firebird.conf", string.Join('\n',
            $"RemoteServicePort = {Port.ToString(CultureInfo.InvariantCulture)}",
            "RemoteBindAddress = 127.0.0.1",
            "WireCrypt = Enabled",
            "AuthServer = Srp",
            "UserManager = Srp",
            $"SecurityDatabase = {folder}/security.fdb") + "\n");
        await Programs.WriteAsync(folder + "/databases.conf", $"security.db = {folder}/security.fdb\n{{\n  RemoteAccess = false\n}}\n");
        await RunAsync("security.sql", $"CREATE DATABASE '{folder}/security.fdb';\nIN /usr/share/firebird/3.0/security.sql;\nCOMMIT;\n");
        await RunAsync("lab.sql", string.Join('\n',
            $"CONNECT '{folder}/security.fdb';",
            $"CREATE USER SYSDBA PASSWORD '{Password}';",
            "COMMIT;",
            $"CREATE DATABASE '{folder}/lab.fdb' DEFAULT CHARACTER SET UTF8;") + "\n");
    }

    private async Task RunAsync(string name, string script)
    {
        var file = $"{_directory.Path}/{name}";
        await Programs.WriteAsync(file, script);
        await Programs.RunAsync(Programs.AsOrdinaryUser("env", [.. Variables, Programs.FirebirdShell, "-quiet", "-bail", "-user", "SYSDBA", "-input", file]));
    }
}
