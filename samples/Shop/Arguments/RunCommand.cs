using System.CommandLine;
using System.CommandLine.Help;
using Cenote.Shared;
using Cenote.Shop.Database;

namespace Cenote.Shop.Arguments;

/// <summary>
/// The words of <c>./run</c>. Every value is taken as text and checked by <see cref="RunOptionsReader"/>,
/// so that one message can name every problem.
/// </summary>
internal sealed class RunCommand : Command
{
    private static readonly ConnectionPoolOptions PoolDefaults = new();

    public RunCommand()
        : base(
            "./run",
            """
            Builds a shop in a database, runs clients on it through a connection pool,
            and checks that the database agrees with what the clients were told.

            On SQLite, clients use one connection that writes with several that read,
            in turns with one mixed pool of the same size. The report compares the two.

            Exit code 0: every check passed. 1: a check failed.
            2: the arguments cannot work. 3: the database cannot be reached.
            """)
    {
        Add(new HelpOption());
        Add(Seconds);
        Add(Clients);
        Add(MinSize);
        Add(MaxSize);
        Add(Pools);
        Add(Readers);
        Add(Provider);
        Add(Connection);
        Add(ConnectionFile);
        Add(Database);
        Add(Json);
        Add(Dashboard);
        Add(NoDashboard);
        Add(Instances);
        Add(Budget);
        Add(Redis);
        Add(Seed);
        Add(Products);
        Add(Customers);
        Add(Orders);
    }

    public Option<string?> Seconds { get; } = Text("--seconds", "N", "How long the clients work. Ctrl-C ends the run early; the check still runs.", 20);

    public Option<string?> Clients { get; } = Text("--clients", "N", "How many clients work at once.", 32);

    public Option<string?> MinSize { get; } = Text("--min-size", "N", $"The minimum number of open connections. [default: {PoolDefaults.MinSize}]");

    public Option<string?> MaxSize { get; } = Text("--max-size", "N", $"The maximum number of connections, the writer and the readers together. [default: {PoolDefaults.MaxSize}]");

    public Option<string?> Pools { get; } = Text(
        "--pools",
        "compare|split|mixed",
        "SQLite: one writer with readers (split), one pool for both (mixed), or both in turns (compare). [default: compare; a server gets mixed]");

    public Option<string?> Readers { get; } = Text(
        "--readers", "N", $"SQLite: the number of connections that only read, beside the writer. [default: --max-size minus one, {PoolDefaults.MaxSize - 1}]");

    public Option<string?> Provider { get; } = Text("--provider", "sqlite|postgresql|mysql", "The database. Use mysql for MariaDB, too. [default: sqlite]");

    public Option<string?> Connection { get; } = Text(
        "--connection", "STRING", "The connection string of a PostgreSQL or MySQL/MariaDB server, without a password: every user of the machine sees the arguments of a process. The shop's tables are named cenote_shop_*.");

    public Option<string?> ConnectionFile { get; } = Text(
        "--connection-file", "FILE", $"Reads the connection string from a file; - is standard input. [default: the environment variable {SecretSource.ConnectionVariable}]");

    public Option<string?> Database { get; } = Text(
        "--database", "FILE", "The SQLite file: a new file, or one that an earlier run made. [default: a temporary file, removed at the end]");

    public Option<string?> Json { get; } = Text("--json", "FILE", "Writes a JSON report to the file. - is standard output; all other output then goes to standard error.");

    public Option<string?> Dashboard { get; } = new("--dashboard")
    {
        HelpName = "PORT",
        Description = "Serves a read-only dashboard of the pools to this machine during the run, and prints its address. [default: at a terminal, on a free port]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<bool> NoDashboard { get; } = new("--no-dashboard") { Description = "Does not serve a dashboard." };

    public Option<string?> Instances { get; } = Text(
        "--instances", "N", "Instead of the shop: N processes share one budget of connections, while what they want changes every 4 s. Needs a server; MariaDB with performance_schema=ON.");

    public Option<string?> Budget { get; } = Text("--budget", "N", "The connections of all instances together. [default: 6 for each]");

    public Option<string?> Redis { get; } = Text("--redis", "HOST:PORT", "The instances agree through Redis. [default: a table of the database]");

    public Option<string?> Seed { get; } = Text("--seed", "N", "Repeats the shop's contents and the clients' choices of an earlier run. [default: random, and printed]");

    public Option<string?> Products { get; } = Text("--products", "N", "Products in the shop.", ShopSize.Default.Products);

    public Option<string?> Customers { get; } = Text("--customers", "N", "Customers of the shop.", ShopSize.Default.Customers);

    public Option<string?> Orders { get; } = Text("--orders", "N", "Orders before the run, about 2.5 lines each.", ShopSize.Default.Orders);

    private static Option<string?> Text(string name, string helpName, string description, int? defaultValue = null) => new(name)
    {
        HelpName = helpName,
        Description = defaultValue is { } value ? FormattableString.Invariant($"{description} [default: {value}]") : description,
    };
}
