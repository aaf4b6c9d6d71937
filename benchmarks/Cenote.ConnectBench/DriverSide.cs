using Npgsql;

namespace Cenote.ConnectBench;

/// <summary>Npgsql's own pool.</summary>
internal sealed class DriverSide(string connectionString, int size) : Side
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = size });

    internal override void Clear() => _source.Clear();

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    protected override async ValueTask<IAsyncDisposable> OpenAsync() => await _source.OpenConnectionAsync();
}
