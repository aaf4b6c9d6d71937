using System.CommandLine;
using Cenote.Cli.Shop;

namespace Cenote.Cli.Commands;

/// <summary>
/// The words of <c>cenote run</c>. Every value is taken as text and judged by <see cref="RunOptionsReader"/>,
/// so that one message can name every problem.
/// </summary>
internal sealed class RunCommand : Command
{
    private static readonly ConnectionPoolOptions PoolDefaults = new();

    public RunCommand()
        : base(
            "run",
            """
            Builds a shop in a database, lets clients use it through a connection pool,
            and checks that the database agrees with what they were told.

            On SQLite, clients use one connection that writes with several that read,
            and one mixed pool of as many, in turns; the report compares the two.

            Exit code 0: all that was checked holds. 1: something is wrong.
            2: the arguments cannot work. 3: the database cannot be reached.
            """)
    {
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
        Add(Seed);
        Add(Products);
        Add(Customers);
        Add(Orders);
    }

    public Option<string?> Seconds { get; } = Text("--seconds", "N", "How long the clients work. Ctrl-C ends the run early and still checks.", 20);

    public Option<string?> Clients { get; } = Text("--clients", "N", "How many clients work at once.", 32);

    public Option<string?> MinSize { get; } = Text("--min-size", "N", $"Connections that are kept open. [default: {PoolDefaults.MinSize}]");

    public Option<string?> MaxSize { get; } = Text("--max-size", "N", $"The most connections that are opened, the writer and the readers together. [default: {PoolDefaults.MaxSize}]");

    public Option<string?> Pools { get; } = Text(
        "--pools",
        "compare|split|mixed",
        "SQLite: one writer with readers (split), one pool for both (mixed), or both in turns (compare). [default: compare; a server gets mixed]");

    public Option<string?> Readers { get; } = Text(
        "--readers", "N", $"SQLite: how many connections only read, beside the writer. [default: one less than --max-size, {PoolDefaults.MaxSize - 1}]");

    public Option<string?> Provider { get; } = Text("--provider", "sqlite|postgresql|mysql", "The database. mysql serves MariaDB too. [default: sqlite]");

    public Option<string?> Connection { get; } = Text(
        "--connection", "STRING", "The connection string of a PostgreSQL or MySQL/MariaDB server, without a password: every user of the machine sees the arguments of a process. The shop's tables are named cenote_shop_*.");

    public Option<string?> ConnectionFile { get; } = Text(
        "--connection-file", "FILE", $"Reads the connection string from a file; - is standard input. [default: the environment variable {SecretSource.ConnectionVariable}]");

    public Option<string?> Database { get; } = Text(
        "--database", "FILE", "The SQLite file: a new one, or one that an earlier run made. Default: a temporary file, removed afterwards.");

    public Option<string?> Json { get; } = Text("--json", "FILE", "Writes the report for machines there; - is standard output, and then what is for people goes to standard error.");

    public Option<string?> Dashboard { get; } = new("--dashboard")
    {
        HelpName = "PORT",
        Description = "Serves the dashboard of the run's pools to this machine, read-only, while the run goes on, and prints its address. [default: at a terminal, on a free port]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<bool> NoDashboard { get; } = new("--no-dashboard") { Description = "Serves no dashboard." };

    public Option<string?> Seed { get; } = Text("--seed", "N", "Makes the shop's contents and the clients' choices those of an earlier run. Default: by chance, and printed.");

    public Option<string?> Products { get; } = Text("--products", "N", "Products in the shop.", ShopSize.Default.Products);

    public Option<string?> Customers { get; } = Text("--customers", "N", "Customers of the shop.", ShopSize.Default.Customers);

    public Option<string?> Orders { get; } = Text("--orders", "N", "Orders there before the run, about 2.5 lines each.", ShopSize.Default.Orders);

    private static Option<string?> Text(string name, string helpName, string description, int? defaultValue = null) => new(name)
    {
        HelpName = helpName,
        Description = defaultValue is { } value ? FormattableString.Invariant($"{description} [default: {value}]") : description,
    };
}
