using System.Transactions;
using Cenote.EntityFrameworkCoreTests.Watching;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;
using IsolationLevel = System.Data.IsolationLevel;

namespace Cenote.EntityFrameworkCoreTests.Specification;

/// <summary>Transactions over a pool and over a set behave as with the driver alone.</summary>
public sealed class TransactionRuleTests
{
    [Theory, ClassData<PoolAndSet>]
    public async Task Transactions_behave_as_without_a_pool(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await Side.AssertSameAsync(database, Scenarios);
    }

    private static Dictionary<string, Func<Side, Task>> Scenarios { get; } = new(StringComparer.Ordinal)
    {
        ["saves begin no transaction of their own"] = side => SaveAsync(side, AutoTransactionBehavior.Never, rows: 2),
        ["saves always begin a transaction"] = side => SaveAsync(side, AutoTransactionBehavior.Always, rows: 1),
        ["saves begin a transaction when one statement does not do"] = side => SaveAsync(side, AutoTransactionBehavior.WhenNeeded, rows: 300),
        ["a save within a transaction accepts no changes yet"] = async side =>
        {
            var context = side.Context();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            context.Add(new Product { Name = "cup" });
            side.Note(await context.SaveChangesAsync(acceptAllChangesOnSuccess: false, Stop));
            side.Note(context.Entry(context.Products.Local.Single()).State);
            await side.NoteProductsAsync();
        },
        ["committed and rolled back by the context"] = async side =>
        {
            var context = side.Context();
            await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "cup");
            side.Note(context.Database.CurrentTransaction is not null);
            await context.Database.CommitTransactionAsync(Stop);
            side.Note(context.Database.CurrentTransaction is null);
            context.Database.BeginTransaction();
            await InsertAsync(context, "pot");
            context.Database.RollbackTransaction();
            side.Note(context.Database.GetDbConnection().State);
        },
        ["queries see their own transaction only"] = async side =>
        {
            var (context, other) = (side.Context(), side.Context());
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "cup");
            side.Note(await context.Products.AsNoTracking().CountAsync(Stop));
            side.Note(context.Products.Count());
            side.Note(await other.Products.CountAsync(Stop));
            side.Note(await other.Products.AsNoTracking().CountAsync(Stop));
            await transaction.CommitAsync(Stop);
            side.Note(await other.Products.CountAsync(Stop));
            side.Note(await other.Products.AsNoTracking().CountAsync(Stop));
            side.Note(await context.Products.AsNoTracking().CountAsync(Stop));
        },
        ["isolation levels"] = async side =>
        {
            var context = side.Context();
            foreach (var level in new[] { IsolationLevel.ReadCommitted, IsolationLevel.RepeatableRead, IsolationLevel.Serializable })
            {
                await using var transaction = await context.Database.BeginTransactionAsync(level, Stop);
                side.Note(transaction.GetDbTransaction().IsolationLevel);
                side.Note(await context.Database.SqlQueryRaw<string>("""SELECT current_setting('transaction_isolation') AS "Value" """).SingleAsync(Stop));
            }

            side.Note(await context.Database.SqlQueryRaw<string>("""SELECT current_setting('transaction_isolation') AS "Value" """).SingleAsync(Stop));
        },
        ["a transaction of the application's own"] = async side =>
        {
            await using var connection = side.Connection();
            await connection.OpenAsync(Stop);
            await using (var transaction = await connection.BeginTransactionAsync(Stop))
            {
                var context = side.Context();
                context.Database.SetDbConnection(connection);
                await context.Database.UseTransactionAsync(transaction, Stop);
                context.Database.UseTransaction(transaction);
                await InsertAsync(context, "cup");
                side.Note(await context.Products.AsNoTracking().CountAsync(Stop));
                await context.DisposeAsync();
                side.Note(transaction.Connection is not null);
                await transaction.CommitAsync(Stop);
            }

            side.Note(connection.State);
        },
        ["a connection of the application's own"] = async side =>
        {
            await using var connection = side.Connection();
            await connection.OpenAsync(Stop);
            var context = side.Context();
            context.Database.SetDbConnection(connection);
            await InsertAsync(context, "cup");
            side.Note(await context.Products.AsNoTracking().CountAsync(Stop));
            side.Note(connection.State);
        },
        ["a transaction of another connection"] = async side =>
        {
            await using var connection = side.Connection();
            await connection.OpenAsync(Stop);
            await using var transaction = await connection.BeginTransactionAsync(Stop);
            var context = side.Context();
            await side.NoteFailureAsync(() => context.Database.UseTransaction(transaction));
            await side.NoteFailureAsync(() => context.Database.UseTransactionAsync(transaction, Stop));
            side.Note(context.Database.CurrentTransaction is null);
        },
        ["a second transaction"] = async side =>
        {
            var context = side.Context();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            await side.NoteFailureAsync(() => context.Database.BeginTransaction());
            await side.NoteFailureAsync(() => context.Database.BeginTransactionAsync(Stop));
            await InsertAsync(context, "cup");
            await transaction.CommitAsync(Stop);
            await side.NoteFailureAsync(() => transaction.CommitAsync(Stop));
        },
        ["a transaction within an ambient one"] = async side =>
        {
            var context = side.Context();
            using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await side.NoteFailureAsync(() => context.Database.BeginTransaction());
                await InsertAsync(context, "lost");
                side.Note(await context.Products.AsNoTracking().CountAsync(Stop));
                await side.NoteFailureAsync(() => context.Database.BeginTransactionAsync(Stop));
            }

            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "cup");
            await transaction.CommitAsync(Stop);
        },
        ["ambient transactions, nested and independent"] = async side =>
        {
            var context = side.Context();
            using (var outer = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await InsertAsync(context, "outer");
                using (var inner = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
                {
                    await InsertAsync(context, "inner");
                    inner.Complete();
                }

                using (var independent = new TransactionScope(TransactionScopeOption.RequiresNew, TransactionScopeAsyncFlowOption.Enabled))
                {
                    await InsertAsync(side.Context(), "independent");
                    independent.Complete();
                }

                using (new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled))
                {
                    await InsertAsync(side.Context(), "suppressed");
                }
            }

            await side.NoteProductsAsync();
            context.ChangeTracker.Clear();
            using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await InsertAsync(context, "completed");
                scope.Complete();
            }
        },
        ["an enlisted transaction"] = async side =>
        {
            var context = side.Context();
            foreach (var commits in new[] { false, true })
            {
                using (var transaction = new CommittableTransaction())
                {
                    await context.Database.OpenConnectionAsync(Stop);
                    context.Database.EnlistTransaction(transaction);
                    side.Note(context.Database.GetEnlistedTransaction() == transaction);
                    await side.NoteFailureAsync(() => context.Database.BeginTransaction());
                    await InsertAsync(context, "cup");
                    await context.Database.CloseConnectionAsync();
                    if (commits)
                    {
                        transaction.Commit();
                    }
                    else
                    {
                        transaction.Rollback();
                    }
                }

                context.ChangeTracker.Clear();
                side.Note(await context.Products.CountAsync(Stop));
                await using var own = await context.Database.BeginTransactionAsync(Stop);
                side.Note(context.Database.GetEnlistedTransaction() is null);
            }
        },
        ["enlisting beside another transaction"] = async side =>
        {
            var context = side.Context();
            using var transaction = new CommittableTransaction();
            await using (await context.Database.BeginTransactionAsync(Stop))
            {
                await side.NoteFailureAsync(() => context.Database.EnlistTransaction(transaction));
            }

            await InsertAsync(context, "cup");
        },
        ["a connection that the application closes within a transaction"] = async side =>
        {
            var context = side.Context();
            await using (await context.Database.BeginTransactionAsync(Stop))
            {
                await InsertAsync(context, "lost");
                await context.Database.GetDbConnection().CloseAsync();
                side.Note(context.Database.CurrentTransaction is not null);
            }

            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "cup");
            await transaction.CommitAsync(Stop);
        },
        ["a save keeps a connection open that the user has opened"] = async side =>
        {
            var context = side.Context();
            await context.Database.OpenConnectionAsync(Stop);
            await InsertAsync(context, "cup");
            side.Note(context.Database.GetDbConnection().State);
            context.AddRange(new Product { Name = "cup" });
            await side.NoteFailureAsync(() => context.SaveChangesAsync(Stop));
            side.Note(context.Database.GetDbConnection().State);
        },
        ["savepoints that saves create"] = async side =>
        {
            foreach (var creates in new[] { true, false })
            {
                var context = side.Context();
                context.Database.AutoSavepointsEnabled = creates;
                await using var transaction = await context.Database.BeginTransactionAsync(Stop);
                await InsertAsync(context, "cup " + creates);
                context.Add(new Product { Name = "cup " + creates });
                await side.NoteFailureAsync(() => context.SaveChangesAsync(Stop));
                context.ChangeTracker.Clear();
                await side.NoteFailureAsync(() => context.Products.CountAsync(Stop));
                await side.NoteFailureAsync(() => transaction.CommitAsync(Stop));
            }
        },
        ["savepoints of the user"] = async side =>
        {
            var context = side.Context();
            await using var transaction = await context.Database.BeginTransactionAsync(Stop);
            const string Name = "mine \"quoted\"";
            await InsertAsync(context, "cup");
            await transaction.CreateSavepointAsync(Name, Stop);
            await InsertAsync(context, "lost");
            transaction.RollbackToSavepoint(Name);
            side.Note(await context.Products.AsNoTracking().CountAsync(Stop));
            transaction.ReleaseSavepoint(Name);
            await side.NoteFailureAsync(() => transaction.RollbackToSavepointAsync(Name, Stop));
            transaction.Rollback();
        },
        ["a context that is disposed of within a transaction"] = async side =>
        {
            var context = side.Context();
            await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "lost");
            await context.DisposeAsync();
            var next = side.Context();
            side.Note(next.Database.CurrentTransaction is null);
            await InsertAsync(next, "cup");
        },
    };

    /// <summary>Saves rows of which the last one is refused, and notes which transactions it takes.</summary>
    private static async Task SaveAsync(Side side, AutoTransactionBehavior behavior, int rows)
    {
        var calls = new CallRecorder();
        var context = side.Context(InterceptorRecorder.Create<IDbTransactionInterceptor>(calls));
        context.Database.AutoTransactionBehavior = behavior;
        context.AddRange(Enumerable.Range(0, rows).Select(static i => new Order { Customer = "customer " + i }));
        side.Note(await context.SaveChangesAsync(Stop));
        side.Note(string.Join(' ', calls.Take()));
        context.AddRange(Enumerable.Range(0, rows).Select(i => new Product { Name = "cup " + i, Stock = i == rows - 1 ? -1 : 1 }));
        await side.NoteFailureAsync(() => context.SaveChanges());
        side.Note(string.Join(' ', calls.Take()));
    }

    private static async Task InsertAsync(ShopContext context, string name)
    {
        context.Add(new Product { Name = name });
        await context.SaveChangesAsync(Stop);
    }
}
