namespace Cenote.ProviderTests;

/// <summary>
/// What a provider can do that knows its driver's connection object, not only the database behind it.
/// </summary>
public abstract partial class KnownDriverSuite : ProviderSuite
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_transaction_object_left_open_is_rolled_back_and_the_next_lease_begins_its_own(bool rollbackOnly)
    {
        var table = await NewTableAsync();
        await using var pool = NewPool(NewProvider(), rollbackOnly ? ResetMode.Rollback : FullestMode);
        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            var transaction = await lease.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var command = lease.Connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = $"INSERT INTO {table} VALUES (1)";
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await using (var lease = await pool.RentAsync(TestContext.Current.CancellationToken))
        {
            Assert.Equal(0, await lease.Connection.ScalarAsync<int>($"SELECT count(*) FROM {table}"));
            await using var transaction = await lease.Connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }
    }
}
