using System.Diagnostics;
using Cenote.Providers;

namespace Cenote.TelemetryTests.Traces;

/// <summary>
/// The drivers' own spans: one for each statement, under the caller's span, wherever the connection was opened.
/// </summary>
public sealed class DriverSpanTests(Recorder recorder) : IClassFixture<Recorder>
{
    public enum Kind
    {
        PostgreSqlDriverReset,
        PostgreSqlOwnReset,
        MariaDb,
    }

    [Theory]
    [InlineData(Kind.PostgreSqlDriverReset)]
    [InlineData(Kind.PostgreSqlOwnReset)]
    [InlineData(Kind.MariaDb)]
    public async Task Statements_join_under_the_callers_span_and_nothing_else_does(Kind kind)
    {
        await using var pool = NewPool(kind);

        // Nothing is open: this request's rent sets off the open, and must not become its parent.
        await AssertRequestAsync(pool, waits: true);

        // Open, and served at once.
        await AssertRequestAsync(pool, waits: false);
    }

    private async Task AssertRequestAsync(ConnectionPool pool, bool waits)
    {
        using var request = recorder.Begin();
        await using (var connection = await pool.OpenConnectionAsync())
        {
            Assert.Same(request, Activity.Current);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT 1";
            Assert.Equal(1, Convert.ToInt32(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
            Assert.Same(request, Activity.Current);
        }

        Assert.Same(request, Activity.Current);
        await pool.WaitUntilIdleAsync().Soon();
        request.Stop();

        var spans = recorder.Within(request);
        Assert.All(spans, span => Assert.Equal(request.SpanId, span.ParentSpanId));
        Assert.Equal(waits ? 1 : 0, spans.Count(static span => span.Source.Name == PoolTelemetry.ActivitySourceName));
        var statement = Assert.Single(spans, static span => span.Source.Name != PoolTelemetry.ActivitySourceName);
        Assert.Equal("SELECT 1", statement.GetTagItem("db.query.text") ?? statement.GetTagItem("db.statement"));
    }

    private static ConnectionPool NewPool(Kind kind)
    {
        DatabaseProvider provider = kind == Kind.MariaDb ? new MySqlProvider(RealServers.MySql) : new PostgreSqlProvider(RealServers.PostgreSql);
        return new ConnectionPool(provider, new ConnectionPoolOptions
        {
            Name = $"{kind} {Guid.NewGuid():N}",
            MinSize = 0,
            MaxSize = 1,
            SessionReset = kind == Kind.PostgreSqlDriverReset ? SessionReset.ByDriver : SessionReset.ByPool,
        });
    }
}
