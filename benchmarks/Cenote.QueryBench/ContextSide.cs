using System.Data.Common;
using System.Globalization;
using Npgsql;

namespace Cenote.QueryBench;

/// <summary>A connection for each query, with a tenant in its session that changes each time.</summary>
/// <param name="name">The name of the side.</param>
/// <param name="open">Opens a connection, for a tenant.</param>
/// <param name="isByHand">Whether the caller sets the tenant itself, in a round trip of its own.</param>
/// <param name="source">What the side disposes of.</param>
/// <param name="tenants">The number of tenants, in turns.</param>
internal sealed class ContextSide(string name, Func<string, ValueTask<DbConnection>> open, bool isByHand, IAsyncDisposable source, int tenants = 1_000) : ISide
{
    private int _queries;

    public string Name => name;

    public async ValueTask QueryAsync()
    {
        var tenant = (Interlocked.Increment(ref _queries) % tenants).ToString(CultureInfo.InvariantCulture);
        await using var connection = await open(tenant);
        if (isByHand)
        {
            await using var set = connection.CreateCommand();
            set.CommandText = "SELECT set_config('app.tenant', $1, false)";
            set.Parameters.Add(new NpgsqlParameter<string> { TypedValue = tenant });
            await set.ExecuteNonQueryAsync();
        }

        await using var command = connection.CreateCommand();
        command.CommandText = Statement.Text;
        await command.ExecuteScalarAsync();
    }

    public void Query() => throw new NotSupportedException("The part has no clients that block.");

    public ValueTask DisposeAsync() => source.DisposeAsync();
}
