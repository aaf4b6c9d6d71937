using Cenote;

namespace Snippets;

internal static class ReadOnlyCommands
{
    internal static async Task<long> CountAsync(ConnectionPool pool)
    {
        #region read
        await using var command = pool.CreateCommand("SELECT count(*) FROM customers");
        command.IsReadOnly = true;                              // your promise: running it twice does no harm
        var customers = (long)(await command.ExecuteScalarAsync())!;
        #endregion
        return customers;
    }
}
