using System.Globalization;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Cenote.EntityFrameworkCoreTests.Specification;

/// <summary>
/// A scenario of what EF Core demands of every provider, run with the driver's own pool, or with a pool or a set of
/// ours. It writes down what it finds.
/// </summary>
internal sealed class Side(TestDatabase database, bool isPlain) : IAsyncDisposable
{
    private readonly List<string> _found = [];
    private readonly List<DbContext> _contexts = [];

    internal TestDatabase Database => database;

    /// <summary>
    /// Runs scenarios on both sides, each with empty tables, and fails with all that differ.
    /// </summary>
    internal static async Task AssertSameAsync(TestDatabase database, Dictionary<string, Func<Side, Task>> scenarios)
    {
        var differences = new List<string>();
        foreach (var (name, scenario) in scenarios)
        {
            var plain = await RunAsync(database, isPlain: true, scenario);
            var tested = await RunAsync(database, isPlain: false, scenario);
            Assert.True(plain.Count > 2, name);
            if (!plain.SequenceEqual(tested, StringComparer.Ordinal))
            {
                differences.Add($"{name}:{Environment.NewLine}  plain: {string.Join(" | ", plain)}{Environment.NewLine}  here:  {string.Join(" | ", tested)}");
            }

            await database.AssertAllReturnedAsync();
        }

        Assert.True(differences.Count == 0, string.Join(Environment.NewLine, differences));
    }

    internal void Note(object? found) => _found.Add(Convert.ToString(found, CultureInfo.InvariantCulture) ?? "null");

    /// <summary>Notes the type of the exception, and of those within.</summary>
    internal async Task NoteFailureAsync(Func<Task> action)
    {
        var exception = await Record.ExceptionAsync(action);
        var types = new List<string>();
        for (var current = exception; current is not null; current = current.InnerException)
        {
            types.Add(current.GetType().Name + (current is DbException { SqlState: { } state } ? " " + state : ""));
        }

        Note(types.Count == 0 ? "no failure" : string.Join(" of ", types));
    }

    internal Task NoteFailureAsync(Action action) => NoteFailureAsync(() =>
    {
        action();
        return Task.CompletedTask;
    });

    /// <summary>Notes the products that other contexts see, with their stock.</summary>
    internal async Task NoteProductsAsync()
    {
        var products = await Context().Products.OrderBy(product => product.Name).Select(product => product.Name + " " + product.Stock).ToListAsync(Stop);
        Note($"[{string.Join(", ", products)}]");
    }

    /// <summary>Lets later queries see writes on connections of which the set does not know.</summary>
    internal async Task AdoptWritesAsync()
    {
        if (database.Set is { } set)
        {
            set.CurrentCausalScope!.Add(await set.GetTokenAsync(Stop));
        }
    }

    /// <summary>A context, which is disposed of after the scenario.</summary>
    internal ShopContext Context(params IInterceptor[] interceptors)
    {
        var context = new ShopContext((isPlain ? database.Plainly() : database.OnPool()).AddInterceptors(interceptors).Options);
        _contexts.Add(context);
        return context;
    }

    /// <summary>Saves three products.</summary>
    internal async Task FillAsync()
    {
        await using var context = database.Context();
        context.AddRange(new Product { Name = "cup", Price = 1 }, new Product { Name = "jug", Price = 2 }, new Product { Name = "pot", Price = 3 });
        await context.SaveChangesAsync(Stop);
    }

    /// <summary>A closed connection of the application's own, for writing.</summary>
    internal DbConnection Connection() =>
        isPlain ? new NpgsqlConnection(database.ConnectionString)
        : database.Set is { } set ? set.WriteDataSource.CreateConnection()
        : database.Pool.CreateConnection();

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }
    }

    private static async Task<List<string>> RunAsync(TestDatabase database, bool isPlain, Func<Side, Task> scenario)
    {
        await using (var before = database.Context())
        {
            await before.Database.ExecuteSqlRawAsync("""TRUNCATE "Products", "Orders", "OrderLine", "OrderNote" RESTART IDENTITY""", Stop);
        }

        await using var side = new Side(database, isPlain);
        await side.NoteFailureAsync(() => scenario(side));
        await side.NoteProductsAsync();
        return side._found;
    }
}
