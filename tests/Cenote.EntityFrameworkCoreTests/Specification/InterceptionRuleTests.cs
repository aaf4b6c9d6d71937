using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Specification;

/// <summary>An interceptor that acts has the same effect over a pool and over a set as with the driver alone.</summary>
public sealed class InterceptionRuleTests
{
    // EF Core builds its services again for another one.
    private static readonly Altering s_altering = new();

    private const string OtherNames = """SELECT 'other' AS "Name" """;

    [Theory, ClassData<PoolAndSet>]
    public async Task Interceptors_act_as_without_a_pool(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await Side.AssertSameAsync(database, Scenarios);
    }

    private static Dictionary<string, Func<Side, Task>> Scenarios { get; } = new(StringComparer.Ordinal)
    {
        ["commands that are answered in place of the database"] = static side =>
            WorkAsync(side, new CommandActor { ReadsInstead = static _ => Answer("answer"), RunsInstead = static _ => 77 }),
        ["commands that the interceptor creates"] = static side => WorkAsync(side, new CommandActor { Creates = static connection => connection.CreateCommand() }),
        ["commands that are changed when they are complete"] = static side => WorkAsync(side, new CommandActor { Initializes = Reverse }),
        ["commands that are changed when they are executed"] = static side => WorkAsync(side, new CommandActor { Precedes = Reverse }),
        ["other commands in their place"] = static side => WorkAsync(side, new CommandActor
        {
            ReadsInstead = static command => Other(command, OtherNames).ExecuteReader(),
            RunsInstead = static command => Other(command, """UPDATE "Products" SET "Stock" = 5""").ExecuteNonQuery(),
        }),
        ["results that are replaced"] = static side => WorkAsync(side, new CommandActor
        {
            FollowsReader = static reader =>
            {
                var names = new List<string>();
                while (reader.Read())
                {
                    names.Add(reader.GetString(0) + "!");
                }

                reader.Close();
                return Answer([.. names]);
            },
            FollowsRun = static rows => rows + 10,
        }),
        ["readers that are read from before"] = static side => WorkAsync(side, new CommandActor
        {
            FollowsReader = static reader =>
            {
                reader.Read();
                return reader;
            },
        }),
        ["readers that are left open"] = static side => WorkAsync(side, new CommandActor { KeepsReadersOpen = true }),
        ["interceptors that throw before"] = static side => WorkAsync(side, new CommandActor { Precedes = static _ => throw new InvalidTimeZoneException("before") }),
        ["interceptors that throw after"] = static side => WorkAsync(side, new CommandActor
        {
            FollowsReader = static _ => throw new InvalidTimeZoneException("after"),
            FollowsRun = static _ => throw new InvalidTimeZoneException("after"),
        }),
        ["one interceptor after the other"] = static side => WorkAsync(
            side,
            new CommandActor { Initializes = Reverse, FollowsRun = static rows => rows * 3 },
            new CommandActor { Precedes = Reverse, FollowsRun = static rows => rows + 1 }),
        ["connections that the interceptor opens"] = static side => WorkAsync(side, new ConnectionActor { Opens = static connection => connection.Open() }),
        ["connections that the interceptor creates"] = static async side =>
        {
            await WorkAsync(side, new ConnectionActor { Creates = () => new NpgsqlConnection(side.Database.ConnectionString) });
            await side.AdoptWritesAsync();
        },
        ["connections that the interceptor replaces"] = static async side =>
        {
            await WorkAsync(side, new ConnectionActor
            {
                Replaces = created =>
                {
                    created.Dispose();
                    return new NpgsqlConnection(side.Database.ConnectionString);
                },
            });
            await side.AdoptWritesAsync();
        },
        ["connections that are kept from disposal"] = static async side =>
        {
            DbConnection? kept = null;
            var context = side.Context(new ConnectionActor { KeepsFromDisposal = connection => kept = connection });
            side.Note(await context.Products.CountAsync(Stop));
            await context.DisposeAsync();
            side.Note(kept!.State);
            await kept.OpenAsync(Stop);
            side.Note(kept.State);
            await kept.DisposeAsync();
        },
        ["transactions that the interceptor begins"] = static side => WorkAsync(side, new TransactionActor { Begins = static connection => connection.BeginTransaction(IsolationLevel.RepeatableRead) }),
        ["transactions in another's clothes"] = static async side =>
        {
            var context = side.Context(new TransactionActor { Wraps = static transaction => new WrappedTransaction(transaction) });
            await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
            {
                side.Note(transaction.GetDbTransaction().GetType().Name);

                // Refused on both sides, by the driver with an InvalidCastException and by the pool with an
                // ArgumentException.
                side.Note(await Record.ExceptionAsync(() => context.Products.CountAsync(Stop)) is InvalidCastException or ArgumentException);
                await side.NoteFailureAsync(() => transaction.CommitAsync(Stop));
            }

            await InsertAsync(side.Context(), "mug");
        },
        ["commits that are suppressed"] = static side => WorkAsync(side, new TransactionActor { SuppressesCommits = true }),
        ["rollbacks that are suppressed"] = static async side =>
        {
            var context = side.Context(new TransactionActor { SuppressesRollbacks = true });
            await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
            {
                await InsertAsync(context, "mug");
                await side.NoteFailureAsync(() => transaction.RollbackAsync(Stop));
            }

            await side.NoteFailureAsync(() => InsertAsync(context, "cup"));
        },
        ["savepoints that are suppressed"] = static async side =>
        {
            var context = side.Context(new TransactionActor { SuppressesSavepoints = true });
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "mug");
            await side.NoteFailureAsync(() => InsertAsync(context, "mug"));
            await side.NoteFailureAsync(() => transaction.CommitAsync(Stop));
        },
        ["a transaction that is committed behind EF Core's back"] = static async side =>
        {
            var context = side.Context();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "mug");
            await transaction.GetDbTransaction().CommitAsync(Stop);
            await side.NoteFailureAsync(() => transaction.CommitAsync(Stop));
            await side.NoteFailureAsync(() => transaction.RollbackAsync(Stop));
        },
        ["saves that are answered in place of the database"] = static async side =>
        {
            var context = side.Context(new SaveActor { Answers = 7 });
            context.Add(new Product { Name = "mug" });
            side.Note(await context.SaveChangesAsync(Stop));
            side.Note(context.SaveChanges());
        },
        ["saves whose result is changed"] = static async side =>
        {
            var context = side.Context(new SaveActor { Changes = static rows => rows + 100 });
            context.Add(new Product { Name = "mug" });
            side.Note(await context.SaveChangesAsync(Stop));
        },
        ["conflicts that are suppressed"] = static async side =>
        {
            await side.FillAsync();
            var context = side.Context(new SaveActor { SuppressesConflicts = true });
            foreach (var product in await context.Products.ToListAsync(Stop))
            {
                context.Entry(product).Property(static one => one.Version).OriginalValue = product.Name == "jug" ? 9 : 0;
                product.Stock = 4;
            }

            await side.NoteFailureAsync(async () => side.Note(await context.SaveChangesAsync(Stop)));
        },
        ["queries that are changed before they are compiled, and entities when they are made"] = static async side =>
        {
            await side.FillAsync();
            var context = side.Context(s_altering);
            var products = context.Products.Where(static product => product.Price > 1).OrderBy(static product => product.Id);
            side.Note(string.Join(' ', (await products.ToListAsync(Stop)).Select(static product => product.Name)));
            side.Note(products.AsNoTracking().First().Name);
            side.Note(products.Count());
        },
    };

    /// <summary>Queries, changes and saves, with interceptors, and notes the results.</summary>
    private static async Task WorkAsync(Side side, params IInterceptor[] interceptors)
    {
        await side.FillAsync();
        var context = side.Context(interceptors);
        var names = context.Products.Where(static product => product.Price > 1).OrderBy(static product => product.Id).Select(static product => product.Name);
        await side.NoteFailureAsync(async () => side.Note(string.Join(' ', await names.ToListAsync(Stop))));
        await side.NoteFailureAsync(() => side.Note(string.Join(' ', names.ToList())));
        await side.NoteFailureAsync(async () => side.Note(await names.FirstOrDefaultAsync(Stop)));
        await side.NoteFailureAsync(async () => side.Note(string.Join(' ', await context.Database.SqlQueryRaw<string>(OtherNames.Replace("Name", "Value", StringComparison.Ordinal)).ToListAsync(Stop))));
        var dear = context.Products.Where(static product => product.Price > 2);
        await side.NoteFailureAsync(async () => side.Note(await dear.ExecuteUpdateAsync(static update => update.SetProperty(static product => product.Stock, 1), Stop)));
        await side.NoteFailureAsync(() => side.Note(dear.ExecuteDelete()));
        await side.NoteFailureAsync(async () => side.Note(await context.Database.ExecuteSqlRawAsync("""UPDATE "Products" SET "Stock" = 3 WHERE "Price" > 2""", Stop)));
        await side.NoteFailureAsync(async () =>
        {
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            side.Note(await context.Database.ExecuteSqlRawAsync("""INSERT INTO "Products" ("Name", "Price", "Stock", "Version") VALUES ('mug', 4, 0, 0)""", Stop));
            side.Note(string.Join(' ', await names.ToListAsync(Stop)));
            await transaction.CommitAsync(Stop);
        });
    }

    private static void Reverse(DbCommand command) => command.CommandText = command.CommandText.Contains('>', StringComparison.Ordinal)
        ? command.CommandText.Replace('>', '<')
        : command.CommandText.Replace('<', '>');

    private static DbCommand Other(DbCommand command, string text)
    {
        var other = command.Connection!.CreateCommand();
        other.CommandText = text;
        other.Transaction = command.Transaction;
        return other;
    }

    private static DataTableReader Answer(params string[] names)
    {
        var table = new DataTable { Columns = { { "Name", typeof(string) } } };
        foreach (var name in names)
        {
            table.Rows.Add(name);
        }

        return table.CreateDataReader();
    }

    private static async Task InsertAsync(ShopContext context, string name)
    {
        context.Add(new Product { Name = name });
        await context.SaveChangesAsync(Stop);
    }

    /// <summary>A transaction that is not the driver's own.</summary>
    private sealed class WrappedTransaction(DbTransaction transaction) : DbTransaction
    {
        public override IsolationLevel IsolationLevel => transaction.IsolationLevel;

        protected override DbConnection? DbConnection => transaction.Connection;

        public override void Commit() => transaction.Commit();

        public override void Rollback() => transaction.Rollback();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                transaction.Dispose();
            }

            base.Dispose(disposing);
        }
    }

    /// <summary>Makes every price in a query a higher one, and changes the name of every entity.</summary>
    private sealed class Altering : ExpressionVisitor, IQueryExpressionInterceptor, IMaterializationInterceptor
    {
        public Expression QueryCompilationStarting(Expression queryExpression, QueryExpressionEventData eventData) => Visit(queryExpression);

        public object InitializedInstance(MaterializationInterceptionData materializationData, object entity)
        {
            ((Product)entity).Name += "!";
            return entity;
        }

        protected override Expression VisitConstant(ConstantExpression node) => node.Value is decimal price ? Expression.Constant(price + 1) : node;
    }
}
