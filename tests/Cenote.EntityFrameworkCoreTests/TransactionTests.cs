using System.Transactions;
using Microsoft.EntityFrameworkCore.Storage;

namespace Cenote.EntityFrameworkCoreTests;

public sealed class TransactionTests
{
    [Theory, ClassData<PoolsAndSet>]
    public async Task A_transaction_holds_one_connection_from_its_beginning_to_its_end(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
        {
            Assert.Single(database.GetLeases());
            await InsertAsync(context, "cup");
            await InsertAsync(context, "pot");
            Assert.Equal(2, await context.Products.CountAsync(Stop));
            Assert.Single(database.GetLeases());
            await transaction.CommitAsync(Stop);
        }

        Assert.Empty(database.GetLeases());
        Assert.Equal(["cup", "pot"], await NamesAsync(database));
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task What_is_not_committed_is_rolled_back_before_the_next_holder(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, maxSize: 1);
        using var reads = database.BeginReads();
        await using (var context = database.Context())
        {
            await context.Database.BeginTransactionAsync(Stop);
            await InsertAsync(context, "cup");
        }

        Assert.Empty(await NamesAsync(database));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task Savepoints_undo_a_part(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
        {
            Assert.True(transaction.SupportsSavepoints);
            await InsertAsync(context, "cup");
            await transaction.CreateSavepointAsync("one", Stop);
            await InsertAsync(context, "pot");
            await transaction.RollbackToSavepointAsync("one", Stop);
            await transaction.ReleaseSavepointAsync("one", Stop);
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal(["cup"], await NamesAsync(database));
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_save_that_fails_within_a_transaction_leaves_the_rest_of_it(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using (var context = database.Context())
        await using (var transaction = await context.Database.BeginTransactionAsync(Stop))
        {
            await InsertAsync(context, "cup");
            await Assert.ThrowsAsync<DbUpdateException>(() => InsertAsync(context, "cup"));
            context.ChangeTracker.Clear();
            await InsertAsync(context, "pot");
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal(["cup", "pot"], await NamesAsync(database));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task Two_contexts_share_a_transaction_on_one_connection(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using (var first = database.Context())
        await using (var second = database.Context())
        {
            await using var transaction = await first.Database.BeginTransactionAsync(Stop);
            await InsertAsync(first, "cup");
            second.Database.SetDbConnection(first.Database.GetDbConnection());
            await second.Database.UseTransactionAsync(transaction.GetDbTransaction(), Stop);
            await InsertAsync(second, "pot");
            Assert.Single(database.GetLeases());
            await transaction.CommitAsync(Stop);
        }

        Assert.Equal(["cup", "pot"], await NamesAsync(database));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_connection_opened_by_hand_is_held_until_it_is_closed_as_often(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        await context.Database.OpenConnectionAsync(Stop);
        context.Database.OpenConnection();
        await InsertAsync(context, "cup");
        await context.Database.CloseConnectionAsync();
        Assert.Single(database.GetLeases());
        context.Database.CloseConnection();
        Assert.Empty(database.GetLeases());
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task A_context_works_on_its_own_connection_that_the_program_has_opened(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using var context = database.Context();
        await using (var connection = context.Database.GetDbConnection())
        {
            await connection.OpenAsync(Stop);
            await InsertAsync(context, "cup");
            Assert.Equal(1, await context.Products.CountAsync(product => product.Price + 1 < 2, Stop));
            await using var command = connection.CreateCommand();
            command.CommandText = """SELECT COUNT(*) FROM "Products" """;
            Assert.Equal(1, Convert.ToInt32(await command.ExecuteScalarAsync(Stop), System.Globalization.CultureInfo.InvariantCulture));
            Assert.Single(database.GetLeases());
            await connection.CloseAsync();
        }

        Assert.Empty(database.GetLeases());
    }

    [Theory, ClassData<PoolsAndSet>]
    public async Task An_ambient_transaction_is_refused_instead_of_being_left_out(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Throw);
        using var reads = database.BeginReads();
        await using (var context = database.Context())
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await Assert.ThrowsAsync<NotSupportedException>(() => context.Products.ToListAsync(Stop));
        }

        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlAndSet>]
    public async Task Contexts_within_a_scope_share_its_transaction_and_one_session(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        foreach (var completes in new[] { false, true })
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            await using (var first = database.Context())
            {
                await InsertAsync(first, "cup");
                await InsertAsync(first, "pot");
            }

            await using (var second = database.Context())
            {
                Assert.Equal(2, await second.Products.CountAsync(Stop));
                await InsertAsync(second, "jug");
            }

            Assert.Single(database.GetLeases());
            if (completes)
            {
                scope.Complete();
            }
        }

        Assert.Equal(["cup", "jug", "pot"], await NamesAsync(database));
        await database.AssertAllReturnedAsync();
    }

    [Theory, ClassData<PostgreSqlAndSet>]
    public async Task A_context_works_again_after_the_scope_that_it_was_used_in(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind);
        using var reads = database.BeginReads();
        await using (var context = database.Context())
        {
            using (new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
            {
                await InsertAsync(context, "cup");
            }

            context.ChangeTracker.Clear();
            await InsertAsync(context, "pot");
        }

        Assert.Equal(["pot"], await NamesAsync(database));
        await database.AssertAllReturnedAsync();
    }

    // EF Core begins no transaction of its own for SaveChanges within an ambient one, and enlists the connection
    // itself.
    [Theory, ClassData<PoolsAndSet>]
    public async Task An_ambient_transaction_is_joined_or_refused_also_where_the_pool_ignores_it(Db kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, configure: options => options.AmbientTransactionBehavior = AmbientTransactionBehavior.Ignore);
        using var reads = database.BeginReads();
        await using (var context = database.Context())
        {
            using var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled);
            var exception = await Record.ExceptionAsync(() => InsertAsync(context, "lost"));
            Assert.True(kind == Db.Sqlite ? exception is NotSupportedException or InvalidOperationException : exception is null, exception?.ToString());
            using var outside = new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
            await using var other = database.Context();
            await InsertAsync(other, "kept");
        }

        Assert.Equal(["kept"], await NamesAsync(database));
        await database.AssertAllReturnedAsync();
    }

    private static async Task InsertAsync(ShopContext context, string name)
    {
        context.Add(new Product { Name = name });
        await context.SaveChangesAsync(Stop);
    }

    private static async Task<List<string>> NamesAsync(TestDatabase database)
    {
        await using var context = database.Context();
        var rents = database.ReadPool.GetStatistics().Rents;
        var names = await context.Products.OrderBy(product => product.Name).Select(product => product.Name).ToListAsync(Stop);
        Assert.Equal(rents + 1, database.ReadPool.GetStatistics().Rents);
        return names;
    }
}
