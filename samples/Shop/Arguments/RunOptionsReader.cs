using System.CommandLine;
using System.Globalization;
using Cenote.Providers;
using Cenote.Shared;
using Cenote.Shop.Database;
using Cenote.Shop.Pools;
using Cenote.Shop.Reporting;

namespace Cenote.Shop.Arguments;

/// <summary>Turns the words of the command line into options, and names everything that cannot work.</summary>
internal sealed class RunOptionsReader(RunCommand command, ParseResult words)
{
    private readonly List<string> _problems = [];
    private bool _connectionFailed;

    /// <summary>One sentence a problem; empty when the options are good.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public RunOptions Read()
    {
        var provider = ReadProvider();
        var instances = Whole(command.Instances, 1, 100);
        return new RunOptions
        {
            Duration = TimeSpan.FromSeconds(Whole(command.Seconds, 1, 86_400) ?? 20),
            Clients = Whole(command.Clients, 1, 10_000) ?? 32,
            Pools = ReadPools(provider),
            Provider = provider ?? ShopProvider.Sqlite,
            Connection = ReadConnection(provider),
            DatabaseFile = ReadDatabaseFile(provider),
            Json = ReadJsonTarget(),
            Dashboard = ReadDashboard(),
            DashboardPort = Whole(command.Dashboard, 0, 65_535) ?? 0,
            Instances = instances,
            Budget = ReadBudget(provider, instances),
            Redis = Value(command.Redis),
            Seed = Whole(command.Seed, 0, int.MaxValue) ?? Random.Shared.Next(1, 1_000_000),
            Size = new ShopSize(
                Whole(command.Products, 10, 10_000_000) ?? ShopSize.Default.Products,
                Whole(command.Customers, 1, 10_000_000) ?? ShopSize.Default.Customers,
                Whole(command.Orders, 0, 10_000_000) ?? ShopSize.Default.Orders),
        };
    }

    private PoolSizes ReadPools(ShopProvider? provider) => new PoolSizesReader(Problem).Read(
        provider,
        ReadPlan(),
        Whole(command.Readers, 1, 9_999),
        Whole(command.MinSize, 0, 10_000),
        Whole(command.MaxSize, 1, 10_000));

    private int? ReadBudget(ShopProvider? provider, int? instances)
    {
        if (instances is null)
        {
            foreach (var option in new[] { command.Budget, command.Redis }.Where(option => Value(option) is not null))
            {
                Problem($"{option.Name} is for --instances.");
            }

            return null;
        }

        if (provider == ShopProvider.Sqlite)
        {
            Problem("--instances needs a server: give --provider postgresql or mysql.");
        }

        // Two for each, and one for an instance that starts.
        return Whole(command.Budget, (2 * instances.Value) + 1, 10_000);
    }

    private PoolPlan? ReadPlan()
    {
        switch (Value(command.Pools))
        {
            case null:
                return null;
            case "compare":
                return PoolPlan.Compare;
            case "split":
                return PoolPlan.Split;
            case "mixed":
                return PoolPlan.Mixed;
            case var other:
                Problem($"--pools '{Shown(other)}' is not one of compare, split, mixed.");
                return null;
        }
    }

    private ShopProvider? ReadProvider()
    {
        switch (Value(command.Provider))
        {
            case null or "sqlite":
                return ShopProvider.Sqlite;
            case "postgresql":
                return ShopProvider.PostgreSql;
            case "mysql":
                return ShopProvider.MySql;
            case var other:
                Problem($"--provider '{Shown(other)}' is not one of sqlite, postgresql, mysql.");
                return null;
        }
    }

    private string? ReadConnection(ShopProvider? provider)
    {
        var connection = ReadConnectionText(provider);
        if (_connectionFailed)
        {
            return null;
        }

        switch (provider)
        {
            case ShopProvider.Sqlite when connection is not null:
                Problem("--connection is for --provider postgresql and mysql; use --database for a SQLite file.");
                break;
            case ShopProvider.PostgreSql or ShopProvider.MySql when connection is null:
                Problem("--connection is missing: this provider needs the connection string of its server. Give --connection, --connection-file, or set the environment variable CENOTE_CONNECTION.");
                break;
            case ShopProvider.PostgreSql:
                _problems.AddRange(ConnectionStringProblems.OfPostgreSql(connection!));
                break;
            case ShopProvider.MySql:
                _problems.AddRange(ConnectionStringProblems.OfMySql(connection!));
                break;
        }

        return connection;
    }

    private string? ReadConnectionText(ShopProvider? provider)
    {
        var given = Value(command.Connection);
        if (Value(command.ConnectionFile) is not { } file)
        {
            return given ?? (provider is ShopProvider.PostgreSql or ShopProvider.MySql ? SecretSource.FromEnvironment(SecretSource.ConnectionVariable) : null);
        }

        if (given is not null)
        {
            Problem("--connection and --connection-file are both given. Give one of them.");
            _connectionFailed = true;
            return null;
        }

        if (provider == ShopProvider.Sqlite)
        {
            Problem("--connection-file is for --provider postgresql and mysql; use --database for a SQLite file.");
            _connectionFailed = true;
            return null;
        }

        var text = SecretSource.Read(command.ConnectionFile.Name, file, out var problem);
        if (problem is not null)
        {
            Problem(problem);
            _connectionFailed = true;
        }

        return text;
    }

    private string? ReadDatabaseFile(ShopProvider? provider)
    {
        var file = Value(command.Database);
        if (file is not null && provider is ShopProvider.PostgreSql or ShopProvider.MySql)
        {
            Problem("--database names a SQLite file; use --connection for the database of a server.");
        }

        if (file is not null && IsName(command.Database, file))
        {
            CheckDatabase(file);
        }

        return file;
    }

    private ReportTarget? ReadJsonTarget()
    {
        var file = Value(command.Json);
        if (file is null || !IsName(command.Json, file))
        {
            return null;
        }

        var target = ReportTarget.At(file, out var problem);
        if (problem is not null)
        {
            Problem($"{command.Json.Name} {ShownFile(file)}: {problem}");
        }

        return target;
    }

    private DashboardChoice ReadDashboard()
    {
        var isAsked = words.GetResult(command.Dashboard) is not null;
        var isRefused = words.GetResult(command.NoDashboard) is { Errors: var errors } && !errors.Any() && words.GetValue(command.NoDashboard);
        if (isAsked && isRefused)
        {
            Problem("--dashboard and --no-dashboard contradict each other. Give one of them.");
        }

        return isAsked ? DashboardChoice.Always : isRefused ? DashboardChoice.Never : DashboardChoice.AtTerminal;
    }

    private bool IsName(Option<string?> option, string file)
    {
        var isName = !string.IsNullOrWhiteSpace(file) && !file.Contains('\0', StringComparison.Ordinal);
        if (!isName)
        {
            Problem($"{option.Name} does not name a file.");
        }

        return isName;
    }

    private void CheckDatabase(string file)
    {
        switch (FileKinds.Of(file))
        {
            case FileKind.Folder:
                Problem($"{command.Database.Name} {ShownFile(file)} is a folder, not a file.");
                break;
            case FileKind.Special or FileKind.Unsuitable:
                Problem($"{command.Database.Name} {ShownFile(file)} is not a plain file: a device, a pipe or a socket cannot hold a database.");
                break;
            case FileKind.Missing when !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))):
                Problem($"{command.Database.Name} {ShownFile(file)}: its folder does not exist.");
                break;
        }
    }

    private int? Whole(Option<string?> option, int minimum, int maximum)
    {
        var text = Value(option);
        if (text is null)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        Problem($"{option.Name} '{Shown(text)}' is not a whole number from {minimum} to {maximum}.");
        return null;
    }

    // An option given badly (twice, or without its value) is already among the parser's errors.
    private string? Value(Option<string?> option) =>
        words.GetResult(option) is { Errors: var errors } && !errors.Any() ? words.GetValue(option) : null;

    // A connection string may have been given to the wrong option.
    private static string Shown(string word) => SafeConnectionString.Mask(word, AddressKind.Server);

    private static string ShownFile(string file) => SafeConnectionString.Mask(file, AddressKind.File);

    private void Problem(FormattableString problem) => _problems.Add(FormattableString.Invariant(problem));

    private void Problem(string problem) => _problems.Add(problem);
}
